"""The effect that a plan's comparisons can show with 80 % power, before any run is there."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from gansearch.reporting.effects.gains import margin_of
from gansearch.reporting.effects.measure import SUCCESS_RATE, Measure, Scale
from gansearch.reporting.effects.permutation import Precision
from gansearch.reporting.effects.power import ALPHA, POWER, Noise, runs_to_find, smallest_gain
from gansearch.reporting.effects.rate_power import rate_power
from gansearch.reporting.effects.sample import BASELINE_RUNS
from gansearch.reporting.effects.shares import share_of
from gansearch.reporting.previews.likeness import DISTANCE, Spread
from gansearch.reporting.previews.planned_runs import PlannedRuns
from gansearch.reporting.statistics import FEWEST

USUAL_RATE: Final = 0.25
"""The baseline's rate of success that is taken: from one half 8 runs show no rise at all."""
MEASURE: Final = Measure(DISTANCE)


@dataclass(frozen=True)
class Detectable:
    """What one kind of comparison can show."""

    what: str
    """In words, as "an arm against the baseline"."""
    runs: int
    baseline_runs: int
    comparisons: int
    """That Holm's correction is over; 1 for none."""
    alpha: float
    """.05 over ``comparisons``: what the first of them is tested at."""
    power: float
    ratio: float | None
    """The largest ratio of distances below 1 that is shown; None where none can be."""
    rate_points: float | None
    """The smallest difference of success rates upwards from a quarter that is shown; None where none can be."""
    runs_for_margin: int | None
    """Runs of each of two arms with which 10 % of the distance are significant at ``alpha``."""


def detectable(runs: PlannedRuns, spread: Spread) -> tuple[Detectable, ...]:
    """The comparisons of a plan, each alone and after Holm's correction; none where arms have fewer than 8 runs.

    A search compares nothing: what is told is what a confirmation of its best configuration could show.
    """
    if runs.kind == "search":
        return (_shown("the best configuration, confirmed on fresh seeds", FEWEST, BASELINE_RUNS, 1, spread),)
    own, other = runs.replicates, runs.baseline_replicates or runs.replicates
    if min(own, other) < FEWEST:
        return ()
    what = "an arm against the baseline" if runs.kind == "arms" else "a configuration against another"
    family = max(1, (runs.configurations or 1) - 1)
    return tuple(_shown(what, own, other, count, spread) for count in dict.fromkeys((1, family)))


def _shown(what: str, runs: int, baseline_runs: int, comparisons: int, spread: Spread) -> Detectable:
    alpha = ALPHA / comparisons
    noise = Noise(spread.deviation, runs, baseline_runs, is_paired=False)
    is_possible = _smallest_p(runs, baseline_runs) <= alpha
    ours, theirs = (share_of("", (place < USUAL_RATE * n for place in range(n))) for n in (runs, baseline_runs))
    margin = margin_of(MEASURE, Scale.RATIO)
    return Detectable(
        what,
        runs,
        baseline_runs,
        comparisons,
        alpha,
        POWER,
        ratio=math.exp(-smallest_gain(noise, margin, alpha)) if is_possible else None,
        rate_points=rate_power(SUCCESS_RATE, theirs, ours, alpha).better,
        runs_for_margin=runs_to_find(margin, noise, alpha),
    )


def _smallest_p(runs: int, baseline_runs: int) -> float:
    """That a permutation test can give with the relabellings of what is published."""
    made = math.comb(runs + baseline_runs, runs)
    most = Precision().permutations
    return 1 / (most + 1) if made > most else (2 if runs == baseline_runs else 1) / made
