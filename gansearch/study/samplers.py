"""Optuna samplers by the names and options of the plan."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

from optuna.exceptions import ExperimentalWarning
from optuna.samplers import (
    BaseSampler,
    CmaEsSampler,
    GPSampler,
    NSGAIISampler,
    QMCSampler,
    RandomSampler,
    TPESampler,
)

from gansearch.errors import StudyError
from gansearch.records import Setting
from gansearch.study.seeds import sampler_seed

GRID = "grid"
"""Not a sampler of Optuna's: every combination once, as the study's queue hands them out."""


def build_sampler(options: Mapping[str, Setting], *, study_seed: int, number: int, is_shared: bool) -> BaseSampler:
    """The sampler that chooses trial ``number``.

    What it chooses depends only on its options, the seed and the study's storage: it keeps nothing between trials, so
    that a resumed study goes on as if it had not been interrupted.

    Args:
        options: ``name`` and Optuna's own options.
        study_seed: of the study.
        number: of the trial.
        is_shared: whether others can write the study's storage.

    Raises:
        StudyError: where the name or an option is unknown, or the sampler cannot be used on this storage.
    """
    given: dict[str, Any] = {key: value for key, value in options.items() if key != "name"}
    name = str(options["name"])
    if name not in SAMPLERS:
        raise StudyError(f"a sampler must be one of {sorted(SAMPLERS)}; got {name!r}")
    if name == "cmaes" and is_shared:
        raise StudyError(
            "the sampler cmaes must not be used with a database: it unpickles its state from there, and whoever can "
            "write the database could run code here; use a journal or another sampler"
        )
    try:
        with warnings.catch_warnings():
            # QMC and some options are marked experimental in Optuna 5; they are used knowingly.
            warnings.simplefilter("ignore", ExperimentalWarning)
            return SAMPLERS[name](given, study_seed, sampler_seed(study_seed, number))
    except (TypeError, ValueError) as error:
        raise StudyError(f"the sampler {name} cannot be made with {given}: {error}") from error


def _tpe(given: dict[str, Any], study_seed: int, seed: int) -> BaseSampler:
    return TPESampler(**given, seed=seed)


def _random(given: dict[str, Any], study_seed: int, seed: int) -> BaseSampler:
    return RandomSampler(**given, seed=seed)


def _gp(given: dict[str, Any], study_seed: int, seed: int) -> BaseSampler:
    return GPSampler(**given, seed=seed, warn_independent_sampling=False)


def _cmaes(given: dict[str, Any], study_seed: int, seed: int) -> BaseSampler:
    return CmaEsSampler(**given, seed=seed, warn_independent_sampling=False)


def _qmc(given: dict[str, Any], study_seed: int, seed: int) -> BaseSampler:
    # The sequence is one for the whole study; only what lies outside of it is drawn anew for each trial.
    given = {"scramble": True, **given}
    rest = RandomSampler(seed=seed)
    sequence_seed = sampler_seed(study_seed, 0)
    return QMCSampler(**given, seed=sequence_seed, independent_sampler=rest, warn_independent_sampling=False)


def _nsgaii(given: dict[str, Any], study_seed: int, seed: int) -> BaseSampler:
    return NSGAIISampler(**given, seed=seed)


SAMPLERS: Mapping[str, Callable[[dict[str, Any], int, int], BaseSampler]] = {
    "tpe": _tpe,
    "random": _random,
    "gp": _gp,
    "cmaes": _cmaes,
    "qmc": _qmc,
    "nsgaii": _nsgaii,
    GRID: _random,
}
