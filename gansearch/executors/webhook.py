"""Delivers JSON to an address that is a secret: of it only ``scheme://host/…`` is ever shown, and nothing is kept.

A thread of its own sends, so that no receiver, however slow, holds up whoever has something to tell.
"""

from __future__ import annotations

import http.client
import json
import math
import os
import threading
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote, urlsplit, urlunsplit

from gansearch.errors import ExecutorError
from gansearch.storage.masking import host_alone

VARIABLE: Final = "GANSEARCH_NOTIFY"
"""Holds the address where no option names one: other users of a machine can read a command line."""
_RETRIED: Final = (408, 425, 429)
"""Answers below 500 after which the same request may succeed."""


@dataclass(frozen=True)
class Webhook:
    """An address that has been checked."""

    url: str = field(repr=False)
    """Without user and password, which travel as a header."""
    authorization: str | None = field(repr=False)
    shown: str
    """All of it that may be shown."""


@dataclass(frozen=True)
class Pace:
    """How long things may take, in seconds."""

    request_s: float = 5.0
    """Without a byte, after which a request has failed."""
    pauses_s: tuple[float, ...] = (1.0, 4.0, 15.0)
    """Before each further try of a request that failed."""
    best_every_s: float = 30.0
    """At least, between two new bests."""
    end_s: float = 10.0
    """That the end of a launch waits at most for what is on its way."""
    queued: int = 32
    """Messages that wait at most; a further one drives out the oldest."""


def webhook(url: str | None) -> Webhook | None:
    """The webhook at ``url``, or at ``$GANSEARCH_NOTIFY`` where it is None; None where neither names one.

    Raises:
        ExecutorError: where it is no address of http or https.
    """
    said = "--notify" if url is not None else VARIABLE
    url = (os.environ.get(VARIABLE) if url is None else url) or ""
    if not url:
        return None
    try:
        parts = urlsplit(url)
        is_sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_sound = False
    if not is_sound or any(each <= " " or each > "~" for each in url):
        raise ExecutorError(
            f"{said} must be a URL of http or https, as https://HOST/PATH, in ASCII and without spaces; got "
            f"{host_alone(url)} ({len(url)} characters, the rest is not shown)"
        )
    user, _, host = parts.netloc.rpartition("@")
    header = f"Basic {b64encode(unquote(user).encode()).decode()}" if user else None
    return Webhook(urlunsplit(parts._replace(netloc=host, fragment="")), header, host_alone(url))


class Sender:
    """A queue, and the thread that empties it; the thread is begun with the first message."""

    def __init__(self, target: Webhook, pace: Pace) -> None:
        self._target = target
        self._pace = pace
        self._changed = threading.Condition()
        self._queue: deque[dict[str, Any]] = deque()
        self._new_best: dict[str, Any] | None = None
        self._best_due = -math.inf
        self._deadline = math.inf
        """When the end stops waiting; endless while the launch lasts."""
        self._lost = 0
        self._is_sending = False
        self._reason = "it does not answer in time"
        """Why the last one was not taken."""
        self._thread: threading.Thread | None = None

    def put(self, message: dict[str, Any]) -> None:
        """Send it; never waits."""
        with self._changed:
            if len(self._queue) >= self._pace.queued:
                self._queue.popleft()
                self._lost += 1
            self._queue.append(message)
            self._wake()

    def put_best(self, message: dict[str, Any]) -> None:
        """Send it as soon as a new best may be told again, unless a newer one comes meanwhile."""
        with self._changed:
            self._new_best = message
            self._wake()

    def close(self) -> str | None:
        """Wait a bounded time; a sentence on what was not delivered. A best that still waits is what the end says."""
        with self._changed:
            self._new_best = None
            self._deadline = time.monotonic() + self._pace.end_s
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(self._pace.end_s)
        with self._changed:
            self._deadline = -math.inf  # a thread that is still at it ends after its request
            count = self._lost + len(self._queue) + self._is_sending
        if not count:
            return None
        what = "1 notification" if count == 1 else f"{count} notifications"
        return f"{what} could not be delivered to {self._target.shown} ({self._reason})"

    def _wake(self) -> None:
        if self._thread is None:
            thread = threading.Thread(target=self._run, name="gansearch notify", daemon=True)
            with suppress(RuntimeError):  # a machine out of threads: the search goes on, and the next message tries
                thread.start()
                self._thread = thread
        self._changed.notify()

    def _run(self) -> None:
        opener = urllib.request.build_opener(_NoRedirect)
        while (message := self._next()) is not None:
            is_delivered = self._delivered(opener, message)
            with self._changed:
                self._is_sending = False
                self._lost += not is_delivered

    def _next(self) -> dict[str, Any] | None:
        """The next message, waited for; None after the end."""
        with self._changed:
            while time.monotonic() < self._deadline:
                now = time.monotonic()
                if not self._queue and self._new_best is not None and now >= self._best_due:
                    self._queue.append(self._new_best)
                    self._new_best, self._best_due = None, now + self._pace.best_every_s
                if self._queue:
                    self._is_sending = True
                    return self._queue.popleft()
                if self._deadline < math.inf:
                    return None
                self._changed.wait(None if self._new_best is None else self._best_due - now)
            return None

    def _delivered(self, opener: urllib.request.OpenerDirector, message: Mapping[str, Any]) -> bool:
        """Whether the receiver took it, at the first try or a later one."""
        for pause_s in (*self._pace.pauses_s, None):
            reason, is_worth_it = self._tried(opener, message)
            if not reason:
                return True
            self._reason = reason
            if not is_worth_it or pause_s is None or not self._rested(pause_s):
                return False
        return False

    def _rested(self, pause_s: float) -> bool:
        """Wait before the next try; False where the end comes first."""
        until = time.monotonic() + pause_s
        with self._changed:
            while (left := until - time.monotonic()) > 0:
                if until >= self._deadline:
                    return False
                self._changed.wait(left)
        return True

    def _tried(self, opener: urllib.request.OpenerDirector, message: Mapping[str, Any]) -> tuple[str, bool]:
        """Why it was not taken, empty where it was, in words without the address; and whether to try again."""
        headers = {"Content-Type": "application/json", "User-Agent": "gansearch"}
        if self._target.authorization is not None:
            headers["Authorization"] = self._target.authorization
        body = json.dumps(message, allow_nan=False).encode()
        request = urllib.request.Request(self._target.url, body, headers, method="POST")
        try:
            opener.open(request, timeout=self._pace.request_s).close()
        except urllib.error.HTTPError as error:
            with suppress(OSError):
                error.close()  # it holds the connection
            code = error.code
            said = f"it redirects, with HTTP status {code}, which is not followed" if 300 <= code < 400 else None
            return said or f"HTTP status {code}", code >= 500 or code in _RETRIED
        except urllib.error.URLError as error:
            return type(error.reason).__name__ if isinstance(error.reason, Exception) else "URLError", True
        except (OSError, http.client.HTTPException, ValueError) as error:  # a time-out while reading, a broken answer
            return type(error).__name__, True
        return "", True


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The sentence is for the address that the user named, and a redirect could send it to any other."""

    def redirect_request(self, *_: Any) -> None:
        """None: the answer is then an error."""
