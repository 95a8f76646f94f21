"""Ranks of arms over several data sets (Demšar 2006, JMLR 7): mean ranks, Friedman's test and Nemenyi's difference.

The interval of a mean rank comes from resampled seeds: it tells how firm the rank is on *these* data sets. Whether it
holds on others is what Friedman's test asks, with permutations of the arms within each data set, and only from 5.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy import stats

from gansearch.reporting.effects.gains import run_gains
from gansearch.reporting.effects.measure import Measure, Scale
from gansearch.reporting.effects.permutation import DECIMALS, Precision
from gansearch.reporting.effects.sample import ArmSample
from gansearch.reporting.statistics import FEWEST, LEVEL, Interval, Values

FEWEST_DATA_SETS: Final = 5
FEWEST_ARMS: Final = 3
DEFAULT: Final = Precision()


@dataclass(frozen=True)
class RankedArm:
    """An arm's place over all data sets."""

    name: str
    mean_rank: float
    """1 is best; ties share their mean."""
    interval: Interval | None
    """Percentiles over resampled seeds at 95 %; None where an arm has fewer than 8 runs on a data set."""
    ranks: tuple[float, ...]
    """On each data set, in their order."""
    runs: tuple[int, ...]
    """On each data set."""


@dataclass(frozen=True)
class Ranking:
    """Arms over data sets, best mean rank first."""

    arms: tuple[RankedArm, ...]
    data_sets: tuple[str, ...]
    left_out: tuple[str, ...]
    """Arms without a run on some data set."""
    by_median: tuple[str, ...]
    """Data sets on which arms were ranked by medians with censored runs last, because some run there is censored."""
    p: float | None
    """Of Friedman's test; None below 5 data sets or 3 arms, or where all arms tie."""
    critical_difference: float | None
    """Nemenyi's at 5 %: mean ranks further apart than this differ; None where ``p`` is."""


def rank_arms(
    measure: Measure, data_sets: Mapping[str, Sequence[ArmSample]], precision: Precision = DEFAULT
) -> Ranking:
    """Rank the arms that every data set has; equal names are one arm.

    Raises:
        ReportError: where a value on the ratio scale is not above 0.
    """
    found = {name: {arm.name: _values(measure, arm) for arm in arms} for name, arms in data_sets.items()}
    names = list(dict.fromkeys(name for arms in found.values() for name in arms))
    kept = [name for name in names if found and all(len(arms.get(name, ())) for arms in found.values())]
    tables = [[arms[name] for name in kept] for arms in found.values()]
    left_out = tuple(name for name in names if name not in kept)
    by_median = tuple(name for name, table in zip(found, tables, strict=True) if _is_censored(table))
    if not kept:
        return Ranking((), tuple(found), left_out, by_median, None, None)
    ranks = np.stack([_ranks(np.array([[_level(table)(values) for values in table]]))[0] for table in tables])
    p = _friedman(ranks, precision)
    arms = _arms(kept, ranks, tables, _intervals(tables, precision))
    critical = None if p is None else _nemenyi(len(kept), len(tables))
    return Ranking(arms, tuple(found), left_out, by_median, p, critical)


def _values(measure: Measure, arm: ArmSample) -> Values:
    """One number a run, of which more is better; -inf for a censored one."""
    if measure.scale is Scale.RATE:
        known = [run.is_success for run in arm.runs if run.is_success is not None]
        return measure.sign * np.array(known, dtype=np.float64)
    return run_gains(measure, arm.ranked)


def _is_censored(table: Sequence[Values]) -> bool:
    return any(np.isneginf(values).any() for values in table)


def _level(table: Sequence[Values]) -> Any:
    """The statistic by which a data set's arms are ranked, along the last axis."""
    return np.median if _is_censored(table) else np.mean


def _ranks(levels: Values) -> Values:
    """Ranks along the last axis of [..., arms], 1 for the highest."""
    return np.asarray(stats.rankdata(-levels, axis=-1), dtype=np.float64)


def _intervals(tables: Sequence[Sequence[Values]], precision: Precision) -> list[Interval] | None:
    if not precision.bootstraps or min(len(values) for table in tables for values in table) < FEWEST:
        return None
    generator, made = np.random.default_rng(precision.seed), precision.bootstraps
    total = np.zeros((made, len(tables[0])))
    for table in tables:
        draws = [values[generator.integers(0, len(values), (made, len(values)))] for values in table]
        total += _ranks(np.stack([_level(table)(drawn, axis=-1) for drawn in draws], axis=-1))
    ends = np.quantile(total / len(tables), [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    return [Interval(float(low), float(high)) for low, high in ends.T]


def _arms(
    names: Sequence[str], ranks: Values, tables: Sequence[Sequence[Values]], intervals: Sequence[Interval] | None
) -> tuple[RankedArm, ...]:
    found = [
        RankedArm(
            name,
            mean_rank=float(ranks[:, index].mean()),
            interval=None if intervals is None else intervals[index],
            ranks=tuple(float(rank) for rank in ranks[:, index]),
            runs=tuple(len(table[index]) for table in tables),
        )
        for index, name in enumerate(names)
    ]
    return tuple(sorted(found, key=lambda arm: arm.mean_rank))


def _friedman(ranks: Values, precision: Precision) -> float | None:
    """The p of "on every data set the arms stand in chance order"; ``ranks`` is [data sets, arms]."""
    data_sets, arms = ranks.shape
    if data_sets < FEWEST_DATA_SETS or arms < FEWEST_ARMS or not (ranks != ranks[:, :1]).any():
        return None
    test = stats.permutation_test(
        tuple(ranks.T),
        _spread,
        permutation_type="samples",
        alternative="greater",
        vectorized=True,
        n_resamples=precision.permutations,
        rng=np.random.default_rng(precision.seed),
    )
    return float(test.pvalue)


def _spread(*ranks: Values, axis: int = -1) -> Any:
    """Sum of squared mean ranks: under permutations within data sets it grows with Friedman's statistic."""
    return np.round(sum(np.mean(arm, axis=axis) ** 2 for arm in ranks), DECIMALS)


def _nemenyi(arms: int, data_sets: int) -> float:
    q = float(stats.studentized_range.ppf(LEVEL, arms, math.inf)) / math.sqrt(2)
    return q * math.sqrt(arms * (arms + 1) / (6 * data_sets))
