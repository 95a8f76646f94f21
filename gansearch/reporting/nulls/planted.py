"""Effects of known size in stored runs: how often they are found, beside the power that is stated for them.

A distance is planted by multiplying the arm's values, an outcome by turning the outcomes of single runs, heads or tails
with the chance that brings the rate to where it is to be.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from gansearch.reporting.effects.gains import margin_of, run_gains
from gansearch.reporting.effects.measure import Measure, Scale
from gansearch.reporting.effects.nulls import compared, deal, usable_runs
from gansearch.reporting.effects.permutation import Precision
from gansearch.reporting.effects.power import ALPHA, POWER, Noise, gain_to_find
from gansearch.reporting.effects.rate_power import rate_power
from gansearch.reporting.effects.sample import BASELINE_RUNS, ArmRun, ArmSample
from gansearch.reporting.effects.shares import Share, share_of
from gansearch.reporting.effects.verdicts import Claim, Verdict, judge
from gansearch.reporting.experiments.measures import reading
from gansearch.reporting.nulls.pools import Kind, Pool, sample
from gansearch.reporting.statistics import FEWEST, share

CHANCES: Final = (0.2, 0.5, 0.8, 0.95)
"""Stated: sizes are planted that are to be found so often."""
STUDIES: Final = 200
"""Of each size and pool, with the runs dealt out anew in each."""
PRECISION: Final = Precision(permutations=499, bootstraps=0)
DISTANCE: Final = "frechet_distance"
RATE: Final = "total_collapse"


@dataclass(frozen=True)
class Planted:
    """One size of effect in the runs of one pool."""

    pool: str
    measure: str
    runs: int
    baseline_runs: int
    effect: float
    """Planted: a ratio of distances below 1, or a difference of rates in points."""
    stated: float
    """The chance that ``power.py`` (``rate_power.py``, as at least so much) gives it."""
    found: Share
    """The studies in which it was shown, in its direction."""


def planted(pools: Sequence[Pool], *, studies: int = STUDIES, seed: int = 0) -> tuple[Planted, ...]:
    """Effects on the distance, and on the rate of total collapse, in every pool of one configuration.

    Args:
        pools: of stored runs.
        studies: of each size and pool.
        seed: of all that is drawn.

    Raises:
        ReportError: where a distance is not above 0.
    """
    found: list[Planted] = []
    for place, pool in enumerate(each for each in pools if each.kind is Kind.CONFIGURATION):
        rng = np.random.default_rng([seed, place])
        found += _distances(pool, studies, rng)
        found += _rates(pool, studies, rng)
    return tuple(found)


def _distances(pool: Pool, studies: int, rng: np.random.Generator) -> list[Planted]:
    read = reading(DISTANCE, {})
    known = sample([run for run in pool.runs if not run.is_censored], read)
    runs = usable_runs(read.measure, known)
    if len(runs.runs) < 2 * FEWEST:
        return []
    size = min(BASELINE_RUNS, len(runs.runs) - FEWEST)
    deviation = float(np.std(run_gains(read.measure, runs.runs), ddof=1))
    noise = Noise(deviation, FEWEST, size, is_paired=False)
    threshold = margin_of(read.measure, Scale.RATIO)
    gains = [(chance, gain_to_find(chance, noise, threshold, ALPHA)) for chance in CHANCES]
    return [
        Planted(
            pool.name,
            DISTANCE,
            FEWEST,
            size,
            effect=math.exp(-gain),
            stated=chance,
            found=_share_found(read.measure, runs, studies, rng, math.exp(-gain)),
        )
        for chance, gain in gains
    ]


def _share_found(measure: Measure, runs: ArmSample, studies: int, rng: np.random.Generator, ratio: float) -> Share:
    said = []
    for _ in range(studies):
        baseline, arm = deal(runs, rng)
        better = ArmSample(arm.name, tuple(_multiplied(run, ratio) for run in arm.runs))
        said.append(_is_shown(measure, baseline, better, Claim.BETTER, rng))
    return share_of("found", said)


def _rates(pool: Pool, studies: int, rng: np.random.Generator) -> list[Planted]:
    """The smallest differences up and down that are stated to be shown with 80 % power."""
    read = reading(RATE, {})
    runs = usable_runs(read.measure, sample(pool.runs, read))
    if len(runs.runs) < 2 * FEWEST:
        return []
    size = min(BASELINE_RUNS, len(runs.runs) - FEWEST)
    rate = _rate(runs)
    usual = share_of("baseline", (place < round(rate * size) for place in range(size)))
    assert usual.value is not None
    able = rate_power(read.measure, usual, replace(usual, n=FEWEST), ALPHA)
    lower = read.measure.lower_is_better
    sides = [(Claim.BETTER, able.better, -1 if lower else 1), (Claim.WORSE, able.worse, 1 if lower else -1)]
    found = []
    for claim, points, sign in sides:
        if points is None:
            continue
        other = min(1.0, max(0.0, usual.value + sign * points / 100))
        said = [_is_turned(read.measure, runs, (rate, usual.value, other), claim, rng) for _ in range(studies)]
        effect = sign * points
        found.append(Planted(pool.name, RATE, FEWEST, size, effect, POWER, share_of("found", said)))
    return found


def _is_turned(
    measure: Measure,
    runs: ArmSample,
    rates: tuple[float, float, float],
    claim: Claim,
    rng: np.random.Generator,
) -> bool:
    """Whether the claim is supported; ``rates``: the pool's, and those that baseline and arm are to have.

    Runs are drawn with replacement: dealt out, those of a small pool would leave the baseline little to vary.
    """
    own, theirs, ours = rates
    sizes = min(BASELINE_RUNS, len(runs.runs) - FEWEST), FEWEST
    drawn = [_drawn(runs, size, rng) for size in sizes]
    baseline, arm = (_turned(side, own, rate, rng) for side, rate in zip(drawn, (theirs, ours), strict=True))
    return _is_shown(measure, baseline, arm, claim, rng)


def _drawn(runs: ArmSample, size: int, rng: np.random.Generator) -> ArmSample:
    places = rng.integers(len(runs.runs), size=size)
    return ArmSample("drawn", tuple(replace(runs.runs[place], replicate=new) for new, place in enumerate(places)))


def _is_shown(measure: Measure, baseline: ArmSample, arm: ArmSample, claim: Claim, rng: np.random.Generator) -> bool:
    effect = compared(measure, baseline, arm, replace(PRECISION, seed=int(rng.integers(2**32))))
    return judge(effect, claim, effect.p) is Verdict.SUPPORTED


def _multiplied(run: ArmRun, ratio: float) -> ArmRun:
    return replace(run, value=None if run.value is None else run.value * ratio)


def _turned(arm: ArmSample, own: float, wanted: float, rng: np.random.Generator) -> ArmSample:
    """Outcomes of a rate of ``own`` turned one by one until their rate is ``wanted``."""
    rises = wanted >= own
    chance = (wanted - own) / max(1e-12, 1 - own) if rises else (own - wanted) / own
    turns = rng.random(len(arm.runs)) < chance
    return ArmSample(
        arm.name,
        tuple(
            replace(run, is_success=rises) if turn and run.is_success is not rises else run
            for run, turn in zip(arm.runs, turns, strict=True)
        ),
    )


def _rate(runs: ArmSample) -> float:
    return share(sum(bool(run.is_success) for run in runs.runs), len(runs.runs)).value
