"""What is run as a task of Ray's. Ray Tune is not imported here: that takes a worker longer than all the rest."""

from __future__ import annotations

from collections.abc import Mapping

from gansearch.records import Assignment, Setting
from gansearch.trial.context import TrialContext
from gansearch.trial.final import evaluate_final
from gansearch.trial.lane_probe import probe_lanes
from gansearch.trial.lane_table import LaneTable
from gansearch.trial.workbench import OpenedElsewhere, give_workbench


def probe(
    bench: OpenedElsewhere | None, settings: Mapping[str, Setting], context: TrialContext, most: int
) -> LaneTable:
    """Time packs of up to ``most`` lanes of these settings."""
    give_workbench(bench)
    return probe_lanes(settings, context, most=most)


def finalise(bench: OpenedElsewhere | None, assignment: Assignment, context: TrialContext) -> None:
    """Measure a completed trial by the protocol of the end."""
    give_workbench(bench)
    evaluate_final(assignment, context)
