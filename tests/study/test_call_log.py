"""The log of the calls that reached a study: in their order, wherever the folder lies, and never in a search's way."""

from __future__ import annotations

import logging
import math
from pathlib import Path
from uuid import uuid4

import pytest

from gansearch.records import Assignment, Evaluation, LaneReport, MetricValue, Protocol, TrialIdentity
from gansearch.space.plan import Objective
from gansearch.storage import Storage
from gansearch.study.call_log import CallLog, Unlogged, read_calls

RUN = TrialIdentity("s", 4)
OBJECTIVES = (Objective("sample_spread"),)
PROTOCOL = Protocol("none", "", 1000, 1000, "test")


def report(value: float) -> LaneReport:
    metrics = (MetricValue("sample_spread", value, PROTOCOL), MetricValue("coverage", 0.5, PROTOCOL))
    return LaneReport(RUN, 1, 30, 3, Evaluation(30, 3, "live", False, metrics, 0.1), None, 2.5)


@pytest.mark.parametrize("is_local", [True, False])
def test_calls_come_back_in_their_order(tmp_path: Path, is_local: bool) -> None:
    storage = Storage(tmp_path) if is_local else Storage(f"memory://{uuid4().hex}")
    now = [100.0]
    log = CallLog(storage, clock=lambda: now[0])
    log.opened(0)
    log.asked(Assignment(RUN, 7, 1, {"a.b": 1, "c": 2}, {"a.b": 1}))
    now[0] = 112.0  # what has been told so far is written with the next call
    log.reported(report(math.nan), OBJECTIVES, pruned=True)
    assert len(read_calls(storage)) == 3
    log.lost(RUN, 1, "its node burnt", is_storage=False, objectives=OBJECTIVES)
    log.close()

    opened, asked, reported, lost = read_calls(storage)
    assert (opened.kind, opened.payload, opened.time) == ("opened", {"trials": 0}, 0.0)
    assert asked.payload == {"number": 4, "replicate": None, "attempt": 1, "parameters": {"a.b": 1}}
    assert (reported.time, reported.payload["pruned"], reported.payload["seconds"]) == (12.0, True, 2.5)
    said = reported.payload["evaluation"]
    assert (said["step"], said["epoch"], list(said["values"])) == (30, 3, ["sample_spread"])
    assert math.isnan(said["values"]["sample_spread"])
    assert lost.payload["record"]["attempt"] is None


def test_each_driver_has_a_log_of_its_own(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    for trials in (0, 5):
        log = CallLog(storage)
        log.opened(trials)
        log.close()

    assert [call.payload["trials"] for call in read_calls(storage)] == [0]
    assert storage.list("calls") == ["calls/1.records", "calls/2.records"]


def test_a_folder_that_cannot_be_written_ends_no_search(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "calls").write_text("in the way", encoding="utf-8")
    log = CallLog(Storage(tmp_path))
    log.opened(0)
    with caplog.at_level(logging.WARNING):
        log.close()
    assert "calls that reached the study could not be logged" in caplog.text

    (tmp_path / "calls").unlink()
    log.close()
    assert len(read_calls(Storage(tmp_path))) == 1


def test_what_is_replayed_is_not_logged(tmp_path: Path) -> None:
    log = Unlogged(Storage(tmp_path))
    log.opened(0)
    log.reported(report(1.0), OBJECTIVES, pruned=False)
    log.lost(RUN, 1, "its node burnt", is_storage=False, objectives=OBJECTIVES)
    log.close()
    assert not Storage(tmp_path).list()
