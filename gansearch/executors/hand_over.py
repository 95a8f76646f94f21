"""Gives the report of a launch to MLflow and waits for what is still on its way there."""

from __future__ import annotations

from collections.abc import Callable

from gansearch.reporting import ReportFiles
from gansearch.tracking import MlflowTracker


def hand_over(
    tracker: MlflowTracker, report: ReportFiles | None, outcome: str, say: Callable[[str], None], *, within_s: float
) -> None:
    """End the launch in MLflow.

    Args:
        tracker: of the launch; it is closed.
        report: made at its end, or None.
        outcome: as ``MlflowTracker.launch_ended`` takes it.
        say: told of what MLflow has not taken.
        within_s: seconds to wait at most.
    """
    if report is not None:
        for path in (report.markdown, report.html):
            tracker.artifact(None, path.name, path.read_bytes())
    tracker.launch_ended(outcome)
    tracker.close(within_s)
    if tracker.lost:
        say(f"MLflow has not taken {tracker.lost} items; the study's records hold them")
