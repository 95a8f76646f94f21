"""Every end has a status, and the kinds of end can be told apart."""

from __future__ import annotations

import pytest

from gansearch.records import End
from gansearch.tracking import run_status
from gansearch.tracking.run_status import launch_status


@pytest.mark.parametrize("end", list(End))
def test_what_rests_never_looks_over_and_what_is_over_never_looks_unfinished(end: End) -> None:
    assert (run_status(end) in ("FINISHED", "FAILED", "KILLED")) is end.is_final


def test_green_is_for_whole_budgets_alone() -> None:
    assert [end for end in End if run_status(end) == "FINISHED"] == [End.COMPLETED]
    assert {end for end in End if run_status(end) == "FAILED"} == {End.FAILED, End.OUT_OF_MEMORY}


@pytest.mark.parametrize(
    ("outcome", "status"),
    [("finished", "FINISHED"), ("interrupted", "KILLED"), ("stopped", "KILLED"), ("error", "FAILED")],
)
def test_launches(outcome: str, status: str) -> None:
    assert launch_status(outcome) == status
