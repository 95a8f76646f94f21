"""What detectors must beat: to stop nothing, to stop at random, to prune by the distance, and two rules of thumb."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gansearch.detectors import Policy
from gansearch.detectors.non_finite import NonFinite
from gansearch.reporting.calibration.confusion import POLICY
from gansearch.reporting.calibration.d_loss_alone import DLossAlone
from gansearch.reporting.calibration.equal_compute import BUDGETS, regret_within
from gansearch.reporting.calibration.judgement import Judgement, Steps, judge, spent
from gansearch.reporting.calibration.pruning import Search, asha, curve_of, median_rule
from gansearch.reporting.calibration.truths import Truths
from gansearch.reporting.calibration.walks import Walks, alone

DRAWS: Final = 200
"""Orders of the runs, and random stops."""
NEVER, RANDOM, ASHA, MEDIAN = "never stop", "random stop", "ASHA", "median rule"
D_LOSS, NON_FINITE, BOTH = "d_loss alone", "non-finite only", "policy and ASHA"
ELSEWHERE, D_LOSS_ELSEWHERE = "policy, tuned on other data", "d_loss alone, tuned on other data"

Way: TypeAlias = Callable[[NDArray[np.int64], np.random.Generator], Steps]
"""Steps that each run of a data set does [n], given the order in which they come."""


@dataclass(frozen=True, eq=False)
class Trial:
    """A way of stopping over many orders of the runs."""

    name: str
    judgements: tuple[Judgement, ...]
    """One a draw."""
    regrets: NDArray[np.float64]
    """Logarithms of best distances over the best of all, at equal compute [draws, budgets]; mean over data sets."""

    def regret(self, budget: float) -> tuple[float, float, float]:
        """At a budget: geometric mean of the ratios minus 1, and the 2.5th and 97.5th percentile, over draws."""
        mean, low, high = mean_and_range(self.regrets[:, BUDGETS.index(budget)])
        return math.expm1(mean), math.expm1(low), math.expm1(high)


def compare(truths: Truths, steps: Mapping[str, Steps], *, draws: int = DRAWS, seed: int = 0) -> list[Trial]:
    """Every way of stopping on the same runs in the same orders.

    Args:
        truths: the runs; a data set needs a best distance, which is finite and above 0.
        steps: that each run does [n] by ways that do not depend on the order, by name; ``policy`` is one of them.
        draws: how many orders.
        seed: of the orders and of random stops.
    """
    parts = [part for part in _parts(truths) if _has_a_best(truths.distances[part])]
    own = [truths.where(part) for part in parts]
    ways = [
        _ways(each, {name: some[part] for name, some in steps.items()}) for each, part in zip(own, parts, strict=True)
    ]
    names = list(ways[0])
    generator = np.random.default_rng(seed)
    judged: dict[str, list[Judgement]] = {name: [] for name in names}
    regrets: dict[str, list[NDArray[np.float64]]] = {name: [] for name in names}
    for _ in range(draws):
        orders = [generator.permutation(len(each)) for each in own]
        for name in names:
            whole, found = truths.steps.copy(), []
            for part, each, order, way in zip(parts, own, orders, ways, strict=True):
                whole[part] = way[name](order, generator)
                found.append(regret_within(each, whole[part], order))
            judged[name].append(judge(truths, whole))
            regrets[name].append(np.mean(found, axis=0))
    return [Trial(name, tuple(judged[name]), np.array(regrets[name])) for name in names]


def fixed_steps(truths: Truths, policy: Policy, walks: Walks) -> dict[str, Steps]:
    """Steps under the ways that do not depend on the order of the runs.

    Args:
        truths: the runs.
        policy: whose grace and patience hold for the rules of thumb too.
        walks: of the runs.
    """
    only = replace(policy, detectors=(NonFinite(),))
    thumb = alone(policy, DLossAlone())
    return {
        POLICY: spent(truths, walks.stops(truths.runs, policy)),
        NEVER: truths.steps,
        NON_FINITE: spent(truths, walks.stops(truths.runs, only)),
        D_LOSS: spent(truths, walks.stops(truths.runs, thumb)),
    }


def mean_and_range(values: Sequence[float] | NDArray[np.float64]) -> tuple[float, float, float]:
    """Mean, and the 2.5th and 97.5th percentile, over draws."""
    low, high = np.quantile(values, (0.025, 0.975))
    return float(np.mean(values)), float(low), float(high)


def relative(one: Trial, other: Trial, budget: float) -> tuple[float, float, float]:
    """The best distance that one way finds over that of another, minus 1, in the same orders; as ``Trial.regret``."""
    return replace(one, regrets=one.regrets - other.regrets).regret(budget)


def _has_a_best(distances: NDArray[np.float64]) -> bool:
    return bool(np.isfinite(distances).any() and distances.min() > 0)


def _parts(truths: Truths) -> list[NDArray[np.bool_]]:
    return [truths.datasets == name for name in sorted(set(truths.datasets.tolist()))]


def _ways(truths: Truths, steps: Mapping[str, Steps]) -> dict[str, Way]:
    """All ways for the runs of one data set."""
    curves = [curve_of(run) for run in truths.runs]
    search = Search(curves, truths.steps, np.isfinite(truths.distances))
    policy = steps[POLICY]
    left = [[each for each in curve if each[1] <= end] for curve, end in zip(curves, policy, strict=True)]
    rest = Search(left, policy, search.completes & (policy == truths.steps))
    share = policy / np.maximum(1, truths.steps)
    ways: dict[str, Way] = {name: _always(own) for name, own in steps.items()}
    ways[RANDOM] = lambda _, generator: _elsewhere(truths, share, generator)
    ways[ASHA] = lambda order, _: asha(search, order)
    ways[MEDIAN] = lambda order, _: median_rule(search, order)
    ways[BOTH] = lambda order, _: asha(rest, order)
    return ways


def _always(steps: Steps) -> Way:
    """A way that does not depend on the order."""
    return lambda _order, _generator: steps


def _elsewhere(truths: Truths, share: NDArray[np.float64], generator: np.random.Generator) -> Steps:
    """As many stops as the policy makes, after the same shares of the runs, of runs that chance chooses."""
    return np.ceil(generator.permutation(share) * truths.steps).astype(np.int64)
