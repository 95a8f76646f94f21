"""Which searched dimensions the value goes with most, by PED-ANOVA and fANOVA, with intervals over resampled trials.

Sources: Watanabe et al. 2023, arXiv:2304.10255 (PED-ANOVA: what sets the best tenth apart); Hutter et al. 2014, ICML
(fANOVA: shares of the variance over the whole space, by a random forest). A sampler chose the trials, so that what is
found are associations under that sampler, never effects.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.importance import BaseImportanceEvaluator, FanovaImportanceEvaluator, PedAnovaImportanceEvaluator
from optuna.storages import InMemoryStorage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from gansearch.dimensions import Choice, Dimension, Int
from gansearch.records import Setting
from gansearch.space.parameters import SearchParameter

PED_ANOVA: Final = "PED-ANOVA"
FANOVA: Final = "fANOVA"
FEWEST: Final = 50
"""Completed configurations below which nothing is said."""
MOST_RESAMPLES: Final = 60
FEWEST_RESAMPLES: Final = 20
PED_WORK, FANOVA_WORK = 20_000, 6_000
"""Points times resamples, by which the time of a report stays bounded."""
ENDS: Final = (2.5, 97.5)
"""Percentiles of a 95 % interval."""
TREES, DEPTH, FOREST_SEED = 10, 5, 0
"""Of fANOVA's forest. 64 trees of depth 64 gave the same shares to .02 at 40 times the cost (500 trials)."""


@dataclass(frozen=True)
class Point:
    """A completed configuration."""

    parameters: Mapping[str, Setting]
    value: float
    """Finite; the mean over its replicates."""


@dataclass(frozen=True)
class Share:
    """Of one dimension."""

    path: str
    value: float
    """In [0, 1]; those of all dimensions add up to 1."""
    low: float
    """Percentile over resamples, as is ``high``: a 95 % interval, widened to hold the value. A resample has some trials
    twice, which lifts small shares."""
    high: float


@dataclass(frozen=True)
class Importances:
    """What one evaluator says."""

    evaluator: str
    n: int
    """Configurations."""
    resamples: int
    shares: tuple[Share, ...]
    """Largest first."""
    left_out: tuple[str, ...] = ()
    """Dimensions that not every configuration has, of which fANOVA says nothing."""

    @property
    def outstanding(self) -> tuple[Share, ...]:
        """Those whose whole interval lies above an equal share."""
        return tuple(share for share in self.shares if share.low > 1 / len(self.shares))


def importances(
    points: Sequence[Point],
    parameters: Sequence[SearchParameter],
    *,
    lower_is_better: bool,
    most_resamples: int = MOST_RESAMPLES,
) -> tuple[Importances, ...]:
    """What both evaluators say; nothing below 50 points, of fewer than two dimensions, or of values that are all equal.

    Args:
        points: completed configurations.
        parameters: the searched dimensions; one that a point lacks was not asked for there.
        lower_is_better: the objective's direction.
        most_resamples: per evaluator; of many points there are fewer, of which each costs more and differs less.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)  # it would tell of a study per resample
    asked = [each for each in parameters if any(each.path in point.parameters for point in points)]
    everywhere = [each for each in asked if all(each.path in point.parameters for point in points)]
    left_out = tuple(each.path for each in asked if each not in everywhere)
    if len(points) < FEWEST or len(asked) < 2 or len({point.value for point in points}) < 2:
        return ()
    trials, count = _trials(points, asked), len(points)
    names, shared = [each.path for each in asked], [each.path for each in everywhere]
    most, fewer = (min(most_resamples, max(FEWEST_RESAMPLES, work // count)) for work in (PED_WORK, FANOVA_WORK))
    ped = _evaluated(PED_ANOVA, trials, names, lower_is_better=lower_is_better, resamples=most)
    if len(shared) < 2:
        return (ped,)
    fanova = _evaluated(FANOVA, trials, shared, lower_is_better=lower_is_better, resamples=fewer)
    return ped, replace(fanova, left_out=left_out)


class _GivenTrials(InMemoryStorage):
    """A storage of trials that are there already: to add them one by one copies each, which takes longer than the rest.

    Args:
        trials: complete ones; one may stand several times.
    """

    def __init__(self, trials: Sequence[FrozenTrial]) -> None:
        super().__init__()
        self._given = list(trials)

    def get_all_trials(
        self, study_id: int, deepcopy: bool = True, states: Container[TrialState] | None = None
    ) -> list[FrozenTrial]:
        """All of them."""
        return self._given


def _evaluated(
    name: str,
    trials: Sequence[FrozenTrial],
    paths: Sequence[str],
    *,
    lower_is_better: bool,
    resamples: int,
) -> Importances:
    found = _shares(name, trials, paths, lower_is_better)
    stream = np.random.default_rng(FOREST_SEED)
    drawn = [[trials[index] for index in stream.integers(0, len(trials), len(trials))] for _ in range(resamples)]
    again = [_shares(name, each, paths, lower_is_better) for each in drawn if _varies(each)]
    spread = {path: np.percentile([each.get(path, 0.0) for each in again], ENDS) for path in paths}
    shares = [
        Share(path, found[path], min(found[path], float(spread[path][0])), max(found[path], float(spread[path][1])))
        for path in sorted(paths, key=lambda path: (-found[path], path))
    ]
    return Importances(name, len(trials), len(again), tuple(shares))


def _varies(trials: Iterable[FrozenTrial]) -> bool:
    return len({trial.value for trial in trials}) > 1


def _shares(
    name: str, trials: Sequence[FrozenTrial], paths: Sequence[str], lower_is_better: bool
) -> Mapping[str, float]:
    direction = StudyDirection.MINIMIZE if lower_is_better else StudyDirection.MAXIMIZE
    study = optuna.create_study(direction=direction, storage=_GivenTrials(trials))
    # A condition that few trials of a resample meet leaves its dimension without anything to say: a share of 0.
    present = [path for path in paths if any(path in trial.params for trial in trials)]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Some regimes for parameter")
        warnings.filterwarnings("ignore", message="Target and region quantiles select the same set")
        found = optuna.importance.get_param_importances(study, evaluator=_evaluator(name), params=present)
    return {path: float(share) for path, share in found.items()}


def _evaluator(name: str) -> BaseImportanceEvaluator:
    if name == PED_ANOVA:
        return PedAnovaImportanceEvaluator()
    return FanovaImportanceEvaluator(n_trees=TREES, max_depth=DEPTH, seed=FOREST_SEED)


def _trials(points: Sequence[Point], parameters: Sequence[SearchParameter]) -> list[FrozenTrial]:
    """The points as trials of Optuna."""
    dimensions = {each.path: each.dimension for each in parameters}
    distributions = {path: _distribution(dimension) for path, dimension in dimensions.items()}
    found: list[FrozenTrial] = []
    for point in points:
        values = {path: _value(dimensions[path], value) for path, value in point.parameters.items()}
        own = {path: distributions[path] for path in values}
        found.append(_trial(len(found), point.value, values, own))
    return found


def _trial(
    number: int, value: float, values: Mapping[str, Setting], distributions: Mapping[str, BaseDistribution]
) -> FrozenTrial:
    """A complete trial; its number tells it from others, which PED-ANOVA asks for."""
    return FrozenTrial(
        number=number,
        trial_id=number,
        state=TrialState.COMPLETE,
        value=value,
        params=dict(values),
        distributions=dict(distributions),
        datetime_start=None,
        datetime_complete=None,
        user_attrs={},
        system_attrs={},
        intermediate_values={},
    )


def _distribution(dimension: Dimension) -> BaseDistribution:
    """As Optuna has it. fANOVA weighs a dimension evenly, so that a logarithmic one stands for its logarithm."""
    if isinstance(dimension, Choice):
        return CategoricalDistribution(dimension.choices)
    if dimension.log:
        return FloatDistribution(math.log(dimension.low), math.log(dimension.high))
    if isinstance(dimension, Int):
        return IntDistribution(dimension.low, dimension.high)
    return FloatDistribution(dimension.low, dimension.high)


def _value(dimension: Dimension, value: Setting) -> Setting:
    if isinstance(dimension, Choice) or isinstance(value, (str, bool)) or value is None:
        return value
    return math.log(value) if dimension.log else value
