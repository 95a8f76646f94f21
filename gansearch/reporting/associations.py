"""How the objective goes with each searched dimension, among the runs of one sampler. Not a word about effects.

A sampler looks where it expects good values, so its runs are no experiment: what is found here are associations under
that sampler, for a grid or an ablation to test. Replicates of a configuration count once, by their mean.

Runs that were stopped early have no value that compares with a whole run's. They are left out of the first number (the
completed runs alone), and in the second they share the last rank: worse than every completed run, no value assumed.
Runs that failed, rest or still run say nothing about the objective and are in neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from gansearch.dimensions import Choice
from gansearch.records import End, Setting
from gansearch.reporting.statistics import Estimate, holm, levels_differ, median, rank_correlation
from gansearch.space.parameters import SearchParameter
from gansearch.space.plan import Objective

STOPPED = tuple(map(str, (End.PRUNED, End.COLLAPSED, End.DIVERGED)))


@dataclass(frozen=True)
class Level:
    """One value of a categorical dimension."""

    value: Setting
    median: Estimate
    """Of the objective among completed runs."""
    stopped: int
    """Runs with this value that were stopped early."""


@dataclass(frozen=True)
class Association:
    """How the objective goes with one dimension."""

    path: str
    metric: str
    n: int
    """Completed configurations in which the dimension was asked for."""
    rho: Estimate | None = None
    """Spearman's correlation among completed runs; None for a categorical dimension."""
    rho_censored: Estimate | None = None
    """The same with the stopped runs at the last rank."""
    levels: tuple[Level, ...] = ()
    """Of a categorical dimension, in the order of its choices."""
    p: float | None = None
    """Of a permutation test, uncorrected."""
    p_holm: float | None = None
    """Corrected for the number of dimensions that were tested (Holm)."""


def associate(
    trials: pd.DataFrame, parameters: Sequence[SearchParameter], objective: Objective
) -> tuple[Association, ...]:
    """The association of every searched dimension with one objective.

    Args:
        trials: the frame of trials.
        parameters: the searched dimensions.
        objective: one of the study's.
    """
    rows = configurations(trials, f"objective.{objective.metric}")
    found = [_one(rows, parameter, objective) for parameter in parameters]
    corrected = holm([each.p for each in found])
    return tuple(replace(each, p_holm=p) for each, p in zip(found, corrected, strict=True))


def configurations(trials: pd.DataFrame, column: str) -> pd.DataFrame:
    """A row per configuration that completed or was stopped: ``value`` (missing where stopped) and its parameters."""
    used = trials[trials[column].notna() | trials["end"].isin(STOPPED)]
    values = used.groupby("number")[column].mean()
    firsts = used.groupby("number").first()
    return firsts.assign(value=values.astype(float))


def _one(rows: pd.DataFrame, parameter: SearchParameter, objective: Objective) -> Association:
    active = rows[rows[parameter.path].notna()]
    completed = active[active["value"].notna()]
    found = Association(parameter.path, objective.metric, len(completed))
    if isinstance(parameter.dimension, Choice):
        return _categorical(found, active, completed, parameter.dimension)
    return _numeric(found, active, completed, objective)


def _numeric(found: Association, active: pd.DataFrame, completed: pd.DataFrame, objective: Objective) -> Association:
    rho = rank_correlation(_floats(completed[found.path]), _floats(completed["value"]))
    last = np.inf if objective.direction == "minimize" else -np.inf
    with_stopped = _floats(active["value"].fillna(last))
    censored = rank_correlation(_floats(active[found.path]), with_stopped, is_tested=False)
    return replace(found, rho=rho, rho_censored=censored, p=rho.p)


def _categorical(found: Association, active: pd.DataFrame, completed: pd.DataFrame, choices: Choice) -> Association:
    levels, groups = [], []
    for choice in choices.choices:
        values = _floats(completed.loc[_equals(completed[found.path], choice), "value"])
        stopped = int((_equals(active[found.path], choice) & active["value"].isna()).sum())
        if len(values) or stopped:
            levels.append(Level(choice, median(values), stopped))
            groups.append(values)
    return replace(found, levels=tuple(levels), p=levels_differ(groups))


def _equals(column: pd.Series, choice: Setting) -> pd.Series:
    """Where the column has ``choice``; a column of mixed types holds text."""
    return column.map(lambda value: value == choice or str(value) == str(choice)).astype(bool)


def _floats(column: pd.Series) -> np.ndarray:
    return column.to_numpy(dtype=float)
