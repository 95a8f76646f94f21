"""What a way of stopping runs costs and saves, judged by what became of them when nothing stopped them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gansearch.records import Finding
from gansearch.reporting.calibration.counts import Count
from gansearch.reporting.calibration.outcomes import Outcome
from gansearch.reporting.calibration.truths import Truths

Steps = NDArray[np.int64]


@dataclass(frozen=True)
class Judgement:
    """The numbers of one way of stopping, over one set of runs."""

    false_kills: Count
    """Stopped ones among the best quarter of each data set."""
    successes_stopped: Count
    """Stopped ones among the successes."""
    collapses_stopped: Count
    """Recall: stopped ones among the total collapses."""
    stops_right: Count
    """Precision: failed ones (diverged, collapsed totally or partially) among the stopped."""
    steps_saved: float
    """Share of all steps."""
    seconds_saved: float
    """Share of all seconds; those of a run are taken to be spread evenly over its steps."""
    collapsed_steps_saved: float
    """Share of the steps of the total collapses; NaN without any."""
    collapsed_seconds_saved: float
    regret: float
    """Mean over data sets of the best distance among survivors over the best of all, minus 1; NaN without a best."""


def spent(truths: Truths, stops: Sequence[Finding | None]) -> Steps:
    """Steps that each run does [n], given where it is stopped."""
    ends = [run.steps if stop is None else stop.step for run, stop in zip(truths.runs, stops, strict=True)]
    return np.minimum(np.array(ends, dtype=np.int64), truths.steps)


def judge(truths: Truths, steps: Steps) -> Judgement:
    """Judge a way of stopping by the steps that it lets each run do [n]; a run is stopped where it does fewer."""
    stopped = steps < truths.steps
    total, success = truths.ended(Outcome.TOTAL), truths.ended(Outcome.SUCCESS)
    lost = list(regrets(truths, stopped).values())
    seconds = truths.seconds * steps / np.maximum(1, truths.steps)
    return Judgement(
        false_kills=_among(stopped, truths.is_best),
        successes_stopped=_among(stopped, success),
        collapses_stopped=_among(stopped, total),
        stops_right=_among(truths.has_failed, stopped),
        steps_saved=_saved(steps, truths.steps),
        seconds_saved=_saved(seconds, truths.seconds),
        collapsed_steps_saved=_saved(steps[total], truths.steps[total]),
        collapsed_seconds_saved=_saved(seconds[total], truths.seconds[total]),
        regret=float(np.mean(lost)) if lost else float("nan"),
    )


def regrets(truths: Truths, stopped: NDArray[np.bool_]) -> dict[str, float]:
    """By data set: the best final distance among survivors over the best among all, minus 1.

    Where nothing good survives, the worst finite distance is what is left. Data sets in which every run diverged, or
    whose best distance is 0, are left out.
    """
    found = {}
    for name in sorted(set(truths.datasets.tolist())):
        own = (truths.datasets == name) & np.isfinite(truths.distances)
        if own.any() and truths.distances[own].min() > 0:
            left = truths.distances[own & ~stopped]
            kept = left.min() if len(left) else truths.distances[own].max()
            found[name] = float(kept / truths.distances[own].min() - 1)
    return found


def _among(what: NDArray[np.bool_], those: NDArray[np.bool_]) -> Count:
    return Count(int((what & those).sum()), int(those.sum()))


def _saved(used: NDArray[np.float64] | Steps, whole: NDArray[np.float64] | Steps) -> float:
    total = float(whole.sum())
    return 1 - float(used.sum()) / total if total > 0 else float("nan")
