"""How long a step and an evaluation take: measured for some seconds on this machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from gansearch.errors import ReportError
from gansearch.records import Setting
from gansearch.reporting.previews.planned_runs import Configuration, spread
from gansearch.space.configuration import resolve
from gansearch.training import Lane, Pack
from gansearch.trial.context import TrialContext
from gansearch.trial.lane_probe import probe_lanes
from gansearch.trial.lane_table import LaneTable
from gansearch.trial.measuring import FINAL, RUNG, EvaluationProtocol, measure
from gansearch.trial.workbench import open_workbench

MOST_LANES: Final = 8
"""Of packs that are timed where the launch would decide for itself: larger ones gain little more on a CPU."""
TIMED: Final = 4
"""Configurations whose step is timed, the first among them, about a second each."""


@dataclass(frozen=True)
class Timing:
    """What training takes."""

    source: str
    """In words: what was measured, or whose runs it is from."""
    step_s: float
    """Of one run, the mean over configurations; in packs its share of the pack's step."""
    range_s: tuple[float, float]
    """The shortest and the longest step of the configurations that were looked at."""
    lanes: int
    """Runs of a pack; 1 where packs gain nothing."""
    evaluation_s: float
    """At a rung; 0 where it is in ``step_s``."""
    final_s: float
    """By the protocol of the end; 0 where it is in ``step_s``, or not due."""


class UntimedError(ReportError):
    """A configuration that cannot be timed, and why."""


def measured(
    configurations: Sequence[Configuration], context: TrialContext, lanes: int | str, *, is_final_due: bool
) -> Timing:
    """Time steps of some configurations, and evaluations of the first.

    Args:
        configurations: of the plan.
        context: of a study, none of whose files is written.
        lanes: of a pack as the space says it: a number, or ``auto``.
        is_final_due: whether every run is measured by the protocol of the end.

    Raises:
        UntimedError: where one cannot be trained here.
        DataError: where the data is missing or damaged.
    """
    chosen = spread(configurations, TIMED)
    most = MOST_LANES if lanes == "auto" else int(lanes)
    first = _probed(chosen[0].settings, context, most)
    size = first.lanes if lanes == "auto" else max(row.lanes for row in first.rows)
    gain = next(row.gain for row in first.rows if row.lanes == size)
    alone = [first.rows[0].ms, *(_probed(each.settings, context, 1).rows[0].ms for each in chosen[1:])]
    evaluation_s, final_s = _evaluations(chosen[0].settings, context, is_final_due=is_final_due)
    weights = [each.weight for each in chosen]
    return Timing(
        source=f"measured on this machine ({context.device}) with {len(chosen)} of the plan's configurations",
        step_s=fmean(alone, weights) / gain / 1e3,
        range_s=(min(alone) / gain / 1e3, max(alone) / gain / 1e3),
        lanes=size,
        evaluation_s=evaluation_s,
        final_s=final_s,
    )


def _probed(settings: Mapping[str, Setting], context: TrialContext, most: int) -> LaneTable:
    found = probe_lanes(settings, context, most=most)
    if not found.rows:
        raise UntimedError(found.reason)
    return found


def _evaluations(settings: Mapping[str, Setting], context: TrialContext, *, is_final_due: bool) -> tuple[float, float]:
    """Seconds at a rung and at the end; the first of each kind finds what all others use, and does not count."""
    bench = open_workbench(settings, context)
    pack = Pack([Lane(resolve(settings), seed=0)], bench.data, device=context.device)

    def seconds(protocol: EvaluationProtocol) -> float:
        return min(_timed(lambda: measure(pack, bench, protocol, use_average=context.use_average)) for _ in range(2))

    return seconds(RUNG), seconds(FINAL) if is_final_due else 0.0


def _timed(action: Callable[[], object]) -> float:
    started = time.monotonic()
    action()
    return time.monotonic() - started
