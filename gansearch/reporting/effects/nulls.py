"""How often the rules claim an effect where there is none: stored runs under labels that mean nothing.

Either one arm's runs are dealt out anew into an "arm" and a "baseline" of equal seeds' names, or two arms swap their
runs at a seed, heads or tails, once the arm has been brought to the baseline's level: what is left is what equal seeds
have in common. Arms that truly differ would make of every pair a high and a low run, which no null has, and the test,
which takes such seeds for unrelated, then claimed an effect in 10 of 72 relabellings of recorded runs.

Each relabelling goes the whole way, through the same ``compare`` (``compare_rates``) and ``judge`` as any study.
Wilson's interval is over relabellings: it says how well the share is known *for these runs*, and trained null arms are
what says it of others.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from statistics import fmean
from typing import TypeAlias

import numpy as np

from gansearch.errors import ReportError
from gansearch.reporting.effects.comparison import Effect, compare
from gansearch.reporting.effects.measure import Measure, Scale
from gansearch.reporting.effects.permutation import LEAN, Precision
from gansearch.reporting.effects.power import ALPHA
from gansearch.reporting.effects.rates import RateEffect, compare_rates
from gansearch.reporting.effects.sample import BASELINE_RUNS, ArmRun, ArmSample, in_pairs
from gansearch.reporting.effects.shares import Share, share_of
from gansearch.reporting.effects.stages import AnyEffect
from gansearch.reporting.effects.verdicts import Claim, Verdict, judge
from gansearch.reporting.statistics import FEWEST

Pair: TypeAlias = tuple[ArmSample, ArmSample]


@dataclass(frozen=True)
class NullRate:
    """What came of comparisons without an effect."""

    claims: Share
    """Those in which an effect was claimed: significant, and large enough to count."""
    significant: Share
    """Those with p of at most .05: the level of the test alone."""
    paired: Share
    """Those that were compared in pairs."""
    by_rank: Share
    """Those with a censored run."""


def false_claims(
    measure: Measure,
    samples: Sequence[ArmSample],
    pairs: Sequence[Pair],
    relabellings: int,
    *,
    rng: np.random.Generator,
    precision: Precision = LEAN,
) -> NullRate:
    """Relabel the runs of ``samples`` (at least 16 each) and of ``pairs`` (at least 8 shared seeds) in turn.

    A sample gives 8 of its runs to the arm and up to 20 others to the baseline, as studies have them. Smaller samples
    and pairs are passed over, and so are runs of which the measure says nothing, and pairs where it is a rate, as rates
    are not compared in pairs.

    Raises:
        ReportError: where nothing is large enough.
    """
    known = [usable_runs(measure, sample) for sample in samples]
    both = [] if measure.scale is Scale.RATE else [levelled(measure, pair) for pair in pairs]
    usable: list[ArmSample | Pair] = [sample for sample in known if len(sample.runs) >= 2 * FEWEST]
    usable += [pair for pair in both if len(_shared(pair)[0]) >= FEWEST]
    if not usable:
        raise ReportError(
            f"a relabelling needs an arm of {2 * FEWEST} runs or two arms with {FEWEST} seeds in common; got "
            f"{len(samples)} arms and {len(pairs)} pairs, none as large"
        )
    effects = []
    for index in range(relabellings):
        source = usable[index % len(usable)]
        baseline, arm = deal(source, rng) if isinstance(source, ArmSample) else swap(source, rng)
        seeded = replace(precision, seed=int(rng.integers(2**32)))
        effects.append(compared(measure, baseline, arm, seeded))
    return NullRate(
        claims=claims_among(judge(effect, Claim.DIFFERENT, effect.p) for effect in effects),
        significant=share_of("significant", (effect.p is not None and effect.p <= ALPHA for effect in effects)),
        paired=share_of("paired", (isinstance(effect, Effect) and effect.is_paired for effect in effects)),
        by_rank=share_of("by rank", (isinstance(effect, Effect) and effect.scale is Scale.RANK for effect in effects)),
    )


def compared(measure: Measure, baseline: ArmSample, arm: ArmSample, precision: Precision = LEAN) -> AnyEffect:
    """The effect as a study has it. Of rates the counts say all, and equal counts are compared once.

    Raises:
        ReportError: where a value on the ratio scale is not above 0.
    """
    if measure.scale is not Scale.RATE:
        return compare(measure, baseline, arm, precision)
    return _of_counts(measure, _counts(baseline), _counts(arm))


def usable_runs(measure: Measure, sample: ArmSample) -> ArmSample:
    """The runs of a sample of which the measure says something."""
    if measure.scale is not Scale.RATE:
        return ArmSample(sample.name, sample.ranked)
    return ArmSample(sample.name, tuple(run for run in sample.runs if run.is_success is not None))


def claims_among(verdicts: Iterable[Verdict]) -> Share:
    """The share of verdicts on "different" that claim an effect; also of trained null arms."""
    return share_of("claims of an effect", (verdict is Verdict.SUPPORTED for verdict in verdicts))


def deal(sample: ArmSample, rng: np.random.Generator, size: int = FEWEST, baseline_size: int = BASELINE_RUNS) -> Pair:
    """A baseline and an arm out of the runs of one arm, both with replicates from 0, as if seeds were equal.

    Args:
        sample: whose runs are dealt out, each to one side at most.
        rng: says which.
        size: runs of the arm.
        baseline_size: runs of the baseline; fewer where no more are left.
    """
    runs = [sample.runs[place] for place in rng.permutation(len(sample.runs))]
    return _numbered("baseline", runs[size : size + baseline_size]), _numbered("arm", runs[:size])


def swap(pair: Pair, rng: np.random.Generator) -> Pair:
    """Both arms at the seeds that they share, with their runs exchanged at every other seed or so."""
    sides: tuple[list[ArmRun], list[ArmRun]] = ([], [])
    for runs in zip(*_shared(pair), strict=True):
        first = int(rng.integers(2))
        sides[0].append(runs[first])
        sides[1].append(runs[1 - first])
    return ArmSample("baseline", tuple(sides[0])), ArmSample("arm", tuple(sides[1]))


def levelled(measure: Measure, pair: Pair) -> Pair:
    """Both arms at the seeds that they share, the second one's values moved to the mean of the first one's.

    On the ratio scale they are multiplied, so that geometric means are equal; censored runs stay as they are.
    """
    baseline, arm = (ArmSample(side.name, runs) for side, runs in zip(pair, _shared(pair), strict=True))
    theirs, ours = (_level(measure, side) for side in (baseline, arm))
    if theirs is None or ours is None:
        return baseline, arm
    return baseline, ArmSample(arm.name, tuple(_moved(measure, run, theirs - ours) for run in arm.runs))


def _level(measure: Measure, sample: ArmSample) -> float | None:
    """The mean, of logarithms on the ratio scale; None without a final value."""
    values = [run.value for run in sample.runs if run.value is not None and not run.is_censored]
    if not values:
        return None
    return fmean(map(math.log, values)) if measure.scale is Scale.RATIO else fmean(values)


def _moved(measure: Measure, run: ArmRun, by: float) -> ArmRun:
    if run.value is None:
        return run
    return replace(run, value=run.value * math.exp(by) if measure.scale is Scale.RATIO else run.value + by)


def _shared(pair: Pair) -> tuple[tuple[ArmRun, ...], tuple[ArmRun, ...]]:
    return in_pairs(pair[0].ranked, pair[1].ranked)


def _counts(sample: ArmSample) -> tuple[int, int]:
    """Successes, and runs of which it is known."""
    known = [run.is_success for run in sample.runs if run.is_success is not None]
    return sum(known), len(known)


@lru_cache(maxsize=4096)
def _of_counts(measure: Measure, baseline: tuple[int, int], arm: tuple[int, int]) -> RateEffect:
    return compare_rates(_counted("baseline", *baseline), _counted("arm", *arm), measure)


def _counted(name: str, count: int, n: int) -> ArmSample:
    return ArmSample(name, tuple(ArmRun(f"{name}-{place}", place, None, place < count) for place in range(n)))


def _numbered(name: str, runs: Sequence[ArmRun]) -> ArmSample:
    return ArmSample(name, tuple(replace(run, replicate=place) for place, run in enumerate(runs)))
