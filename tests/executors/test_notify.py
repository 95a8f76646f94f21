"""A webhook hears how a launch stands; nothing that it does or does not do reaches the search."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from gansearch.errors import ExecutorError
from gansearch.executors.notify import Notifier
from gansearch.executors.webhook import VARIABLE, Pace, webhook
from gansearch.records import TrialIdentity
from gansearch.space.plan import Objective
from gansearch.study.status import StudyStatus, TrialRow

SECRET = "T0/B0/s3cr3t"
QUICK = Pace(request_s=0.3, pauses_s=(0.01, 0.01), best_every_s=0.3, end_s=2.0)
SERVER_HOLDS_S = 1.0


class Receiver:
    """An HTTP server on loopback that answers as it is told, and keeps what it got."""

    def __init__(self) -> None:
        self.answers: list[int | float] = []
        """Statuses of the next answers, or seconds to wait before a 200; 200 once there are none."""
        self.got: list[dict[str, Any]] = []
        self.arrived: list[float] = []
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"] or 0))
                answer = receiver.answers.pop(0) if receiver.answers else 200
                receiver.paths.append(self.path)
                receiver.headers.append(dict(self.headers))
                if isinstance(answer, float):
                    released.wait(answer)
                    answer = 200
                if answer == 200:
                    receiver.arrived.append(time.monotonic())
                    receiver.got.append(json.loads(body))
                try:
                    self.send_response(answer)
                    self.send_header("Location", f"{receiver.base}/elsewhere")
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                except OSError:
                    self.close_connection = True

            def do_GET(self) -> None:
                self.do_POST()

            def log_message(self, *_: object) -> None:
                """Nothing."""

        released = self._released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self._server.server_port}"
        self.url = f"{self.base}/services/{SECRET}?token={SECRET}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self) -> None:
        self._released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def wait_for(self, count: int) -> list[dict[str, Any]]:
        deadline = time.monotonic() + 5
        while len(self.got) < count and time.monotonic() < deadline:
            time.sleep(0.005)
        return self.got


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.delenv(VARIABLE, raising=False)
    made = Receiver()
    yield made
    made.close()


def status(number: int | None, value: float = 0.5) -> StudyStatus:
    """A study whose best run is trial ``number``."""
    row = TrialRow(
        identity=TrialIdentity("digits", number or 0, None),
        params={},
        state="complete",
        values=(value,),
        trial_values=(value,),
        end=None,
        kind=None,
        reason=None,
        detail=None,
        intermediate={},
        attempt=0,
        epoch=1,
        seconds=1.0,
        extension=None,
        started=None,
        ended=None,
    )
    return StudyStatus(
        name="digits",
        objectives=(Objective("fid"),),
        counts={"completed": 3, "collapsed": 1},
        best=None if number is None else row,
        running=(),
        trials=4,
        trials_wanted=4,
        epochs=4,
        epochs_wanted=4,
        elapsed_s=1.0,
        hours_wanted=None,
        holder=None,
        is_stopping=False,
    )


def notifier(receiver: Receiver, said: list[str], pace: Pace = QUICK) -> Notifier:
    return Notifier(webhook(receiver.url), "digits", said.append, pace)


def test_the_end_is_delivered(receiver: Receiver) -> None:
    said: list[str] = []
    before = time.time()
    with notifier(receiver, said) as telling:
        telling.ended("finished", status(7, 12.345))

    (got,) = receiver.got
    assert before <= got.pop("time") <= time.time()
    assert got == {
        "event": "finished",
        "study": "digits",
        "text": "digits finished: 1 collapsed, 3 completed; best digits-7, fid 12.35",
        "run": "digits-7",
        "metric": "fid",
        "value": 12.345,
        "counts": {"completed": 3, "collapsed": 1},
    }
    assert receiver.paths == [f"/services/{SECRET}?token={SECRET}"]
    assert receiver.headers[0]["Content-Type"] == "application/json"
    assert said == []


def test_what_ends_in_an_error_has_failed(receiver: Receiver) -> None:
    def launch() -> None:
        with notifier(receiver, []):
            raise OSError("a path that is nobody's business")

    with pytest.raises(OSError, match="nobody's business"):
        launch()

    assert [(each["event"], each["text"]) for each in receiver.got] == [("failed", "digits failed (OSError)")]


@pytest.mark.parametrize("event", ["interrupted", "stopped"])
def test_a_value_that_json_lacks_is_null(receiver: Receiver, event: Any) -> None:
    with notifier(receiver, []) as telling:
        telling.ended(event, status(1, float("nan")))

    assert receiver.got[0]["value"] is None
    assert receiver.got[0]["text"] == f"digits was {event}: 1 collapsed, 3 completed; best digits-1"


@pytest.mark.parametrize("refusal", [500, 503, 429])
def test_it_is_tried_again(receiver: Receiver, refusal: int) -> None:
    said: list[str] = []
    receiver.answers = [refusal, refusal]
    with notifier(receiver, said) as telling:
        telling.ended("finished", status(None))

    assert len(receiver.paths) == 3
    assert [each["event"] for each in receiver.got] == ["finished"]
    assert said == []


@pytest.mark.parametrize(("refusal", "tries"), [(500, 3), (404, 1), (403, 1)])
def test_what_is_not_delivered_is_said_once(receiver: Receiver, refusal: int, tries: int) -> None:
    said: list[str] = []
    receiver.answers = [refusal] * 9
    with notifier(receiver, said) as telling:
        telling.ended("finished", status(None))

    assert len(receiver.paths) == tries
    assert said == [f"1 notification could not be delivered to {receiver.base}/… (HTTP status {refusal})"]


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_redirects_are_refused(receiver: Receiver, code: int) -> None:
    said: list[str] = []
    receiver.answers = [code]
    with notifier(receiver, said) as telling:
        telling.ended("finished", status(None))

    assert receiver.paths == [f"/services/{SECRET}?token={SECRET}"]
    reason = f"it redirects, with HTTP status {code}, which is not followed"
    assert said == [f"1 notification could not be delivered to {receiver.base}/… ({reason})"]


def test_nobody_there() -> None:
    said: list[str] = []
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{probe.getsockname()[1]}"
    with Notifier(webhook(f"{base}/{SECRET}"), "digits", said.append, QUICK) as telling:
        telling.ended("finished", status(None))

    assert said == [f"1 notification could not be delivered to {base}/… (ConnectionRefusedError)"]


def test_a_slow_receiver_holds_nothing_up(receiver: Receiver) -> None:
    receiver.answers = [SERVER_HOLDS_S] * 9
    watch = notifier(receiver, []).watching(None)
    assert watch is not None
    before = time.perf_counter()
    for number in range(200):
        watch(status(number))

    assert time.perf_counter() - before < SERVER_HOLDS_S / 2  # all 200 together
    assert len(receiver.paths) <= 1


def test_the_end_waits_no_longer_than_it_may(receiver: Receiver) -> None:
    said: list[str] = []
    receiver.answers = [SERVER_HOLDS_S] * 9
    before = time.monotonic()
    with notifier(receiver, said, Pace(request_s=SERVER_HOLDS_S, pauses_s=(60.0,), end_s=0.2)) as telling:
        telling.ended("finished", status(None))

    assert 0.2 <= time.monotonic() - before < 0.6
    assert said == [f"1 notification could not be delivered to {receiver.base}/… (it does not answer in time)"]


def test_no_pause_is_longer_than_the_end_waits(receiver: Receiver) -> None:
    receiver.answers = [500]
    before = time.monotonic()
    with notifier(receiver, [], Pace(request_s=0.3, pauses_s=(60.0,), end_s=1.0)) as telling:
        telling.ended("finished", status(None))

    assert time.monotonic() - before < 0.9
    assert receiver.got == []


def test_of_new_bests_the_last_one_counts(receiver: Receiver) -> None:
    with notifier(receiver, []) as telling:
        telling.watch(status(None))
        telling.watch(status(1, 3.0))
        receiver.wait_for(1)
        for number in (2, 3, 4):
            telling.watch(status(number, 2.0))
        telling.watch(status(4, 2.0))
        receiver.wait_for(2)
        telling.watch(status(5, 1.0))  # the end says it sooner than it may be told
        telling.ended("finished", status(5, 1.0))

    assert [(each["event"], each["run"]) for each in receiver.got] == [
        ("new_best", "digits-1"),
        ("new_best", "digits-4"),
        ("finished", "digits-5"),
    ]
    first, second, end = receiver.arrived
    assert QUICK.best_every_s - 0.1 < second - first < 5 * QUICK.best_every_s
    assert end - second < QUICK.best_every_s
    assert receiver.got[1]["text"] == "digits: new best digits-4, fid 2"


def test_a_best_that_was_known_before_is_not_new(receiver: Receiver) -> None:
    with notifier(receiver, []) as telling:
        telling.watch(status(1))
        telling.watch(status(1))
        telling.ended("stopped", status(1))

    assert [each["event"] for each in receiver.got] == ["stopped"]


def test_a_full_queue_loses_the_oldest_and_counts_them(receiver: Receiver) -> None:
    said: list[str] = []
    receiver.answers = [0.2]
    with notifier(receiver, said, Pace(request_s=1.0, pauses_s=(), end_s=2.0, queued=2)) as telling:
        telling.ended("stopped", status(0))
        while not receiver.paths:
            time.sleep(0.005)
        for number in range(1, 6):
            telling.ended("stopped", status(number))

    assert [each["run"] for each in receiver.got] == ["digits-0", "digits-4", "digits-5"]
    assert said == [f"3 notifications could not be delivered to {receiver.base}/… (it does not answer in time)"]


def test_watching_goes_on_with_the_users_own_watch(receiver: Receiver) -> None:
    seen: list[StudyStatus] = []
    now = status(1)
    both = notifier(receiver, []).watching(seen.append)
    assert both is not None
    both(now)

    assert seen == [now]


def test_without_an_address_there_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    seen: list[StudyStatus] = []
    watch = seen.append
    threads = threading.active_count()
    with Notifier(webhook(None), "digits", pytest.fail) as telling:
        assert telling.watching(watch) == watch
        assert telling.watching(None) is None
        telling.ended("finished", status(1))

    assert threading.active_count() == threads


def test_the_address_may_stand_in_the_environment(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, receiver.url)
    found = webhook(None)
    assert found is not None
    assert found.url == receiver.url
    monkeypatch.setenv(VARIABLE, "nonsense")
    with pytest.raises(ExecutorError, match="GANSEARCH_NOTIFY must be a URL of http or https"):
        webhook(None)


def test_user_and_password_travel_as_a_header(receiver: Receiver) -> None:
    target = webhook(receiver.base.replace("://", "://me:s3%20cret@"))
    with Notifier(target, "digits", pytest.fail, QUICK) as telling:
        telling.ended("finished", status(1))

    assert receiver.headers[0]["Authorization"] == "Basic bWU6czMgY3JldA=="


@pytest.mark.parametrize(
    ("bad", "seen"),
    [
        ("ftp://me:s3cr3t@host/s3cr3t", "ftp://host/…"),
        ("file:///etc/passwd", "file:…"),
        ("hooks.example/s3cr3t", "…"),
        ("https:///s3cr3t", "https:…"),
        ("https://host:99999/s3cr3t", "…"),
        ("https://host/s3cr3t s3cr3t", "https://host/…"),
        ("https://host/s3cr3t\n", "https://host/…"),
        ("https://[s3cr3t", "…"),
    ],
)
def test_an_address_that_is_none_is_refused_without_being_shown(bad: str, seen: str) -> None:
    with pytest.raises(ExecutorError, match=r"--notify must be a URL of http or https, as https://HOST/PATH") as caught:
        webhook(bad)

    assert f"; got {seen} ({len(bad)} characters" in str(caught.value)
    assert "s3cr3t" not in str(caught.value)


def test_the_address_is_nowhere_to_be_seen(
    receiver: Receiver, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    said: list[str] = []
    receiver.answers = [500] * 9
    target = webhook(receiver.url.replace("://", f"://me:{SECRET[-6:]}@"))
    with caplog.at_level(logging.DEBUG), Notifier(target, "digits", said.append, QUICK) as telling:
        telling.ended("finished", status(1))
    shown = [*said, repr(target), repr(telling), caplog.text, *capfd.readouterr()]

    assert said
    assert not [text for text in shown if "s3cr3t" in text or "me:" in text]
    assert repr(target) == f"Webhook(shown='{receiver.base}/…')"
