"""How the end of a trial is shown as the status of an MLflow run.

MLflow knows five states. A green one is kept for runs that had their whole budget; what was ended early on purpose
is "killed", what broke is "failed", and what will go on is "scheduled" (its page then shows it as unfinished, but not
as running, which would be untrue once its driver has gone). The tags ``gansearch.end`` and ``gansearch.finding`` say
exactly which: pruned, collapsed and diverged runs are all killed.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from gansearch.records import End

RunStatus: TypeAlias = Literal["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"]

_STATUS: Final[dict[End, RunStatus]] = {
    End.COMPLETED: "FINISHED",
    End.PRUNED: "KILLED",
    End.COLLAPSED: "KILLED",
    End.DIVERGED: "KILLED",
    End.FAILED: "FAILED",
    End.OUT_OF_MEMORY: "FAILED",
    End.LOST: "RUNNING",  # its next attempt follows at once
    End.PREEMPTED: "SCHEDULED",
    End.STOPPED_BY_USER: "SCHEDULED",
    End.BUDGET: "SCHEDULED",
    End.PAUSED: "SCHEDULED",
}

_LAUNCH: Final[dict[str, RunStatus]] = {"finished": "FINISHED", "interrupted": "KILLED", "stopped": "KILLED"}


def run_status(end: End) -> RunStatus:
    """The status of the run of a trial that ended so."""
    return _STATUS[end]


def launch_status(outcome: str) -> RunStatus:
    """The status of a launch's run: finished, interrupted and stopped as they are, anything else failed."""
    return _LAUNCH.get(outcome, "FAILED")
