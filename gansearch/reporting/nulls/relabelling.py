"""False claims among stored runs under labels that mean nothing, by measure and pool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from gansearch.errors import ReportError
from gansearch.reporting.effects.measure import Scale
from gansearch.reporting.effects.nulls import NullRate, false_claims, usable_runs
from gansearch.reporting.effects.permutation import Precision
from gansearch.reporting.effects.sample import ArmSample, in_pairs
from gansearch.reporting.effects.shares import Share, share_of
from gansearch.reporting.experiments.measures import Reading, reading
from gansearch.reporting.experiments.runs import ExperimentRun
from gansearch.reporting.nulls.pools import Pool, sample
from gansearch.reporting.statistics import FEWEST

RELABELLINGS: Final[Mapping[str, int]] = {
    "frechet_distance": 2_000,
    "total_collapse": 1_000,
    "success": 500,
    "classes_covered": 500,
    "coverage": 500,
}
"""Of each measure, over all pools: one on the ratio scale, two rates, and two on the difference scale."""
PRECISION: Final = Precision(permutations=499, bootstraps=0)
"""A permutation test holds its level however few relabellings it makes, so long as they are counted with the data's."""


@dataclass(frozen=True)
class Relabelled:
    """What came of the relabellings of one pool by one measure."""

    measure: str
    pool: Pool
    rate: NullRate


def relabelled(
    pools: Sequence[Pool], wanted: Mapping[str, int] = RELABELLINGS, *, seed: int = 0
) -> tuple[Relabelled, ...]:
    """Relabel the runs of all pools, as often in each; pools of which a measure says too little are passed over.

    Args:
        pools: of stored runs.
        wanted: relabellings by measure, over all pools.
        seed: of all that is drawn.

    Raises:
        ReportError: where there is no such measure.
    """
    found = []
    for index, (name, count) in enumerate(wanted.items()):
        read = reading(name, {})
        usable = [pool for pool in pools if _is_usable(pool, read)]
        for place, pool in enumerate(usable):
            rng = np.random.default_rng([seed, index, place])
            found.append(Relabelled(name, pool, _rate(pool, read, -(-count // len(usable)), rng)))
    return tuple(found)


def all_claims(found: Sequence[Relabelled], measure: str) -> Share:
    """The share of false claims over all pools.

    Raises:
        ReportError: where nothing was relabelled by that measure.
    """
    own = [each.rate.claims for each in found if each.measure == measure]
    if not own:
        raise ReportError(f"a share of false claims needs relabellings; there are none by {measure}")
    count, n = sum(each.count for each in own), sum(each.n for each in own)
    return share_of("claims of an effect", (place < count for place in range(n)))


def _is_usable(pool: Pool, read: Reading) -> bool:
    samples, pairs = _samples(pool, read)
    if read.measure.scale is Scale.RATE:
        pairs = []
    return any(len(each.runs) >= 2 * FEWEST for each in samples) or any(
        len(in_pairs(one.runs, other.runs)[0]) >= FEWEST for one, other in pairs
    )


def _rate(pool: Pool, read: Reading, count: int, rng: np.random.Generator) -> NullRate:
    samples, pairs = _samples(pool, read)
    return false_claims(read.measure, samples, pairs, count, rng=rng, precision=PRECISION)


def _samples(pool: Pool, read: Reading) -> tuple[list[ArmSample], list[tuple[ArmSample, ArmSample]]]:
    dealt = [usable_runs(read.measure, sample(pool.runs, read))] if pool.runs else []
    pairs = [(_paired(baseline, read), _paired(arm, read)) for baseline, arm in pool.pairs]
    return dealt, pairs


def _paired(runs: Sequence[ExperimentRun], read: Reading) -> ArmSample:
    return usable_runs(read.measure, sample(runs, read, keeps_seeds=True))
