"""Optuna samplers by the names and options of the plan."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from importlib.util import find_spec
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

SEARCH_SPACES = ("_search_space", "_intersection_search_space", "_group_decomposed_search_space")

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
        StudyError: where the name or an option is unknown, or the sampler cannot be used here or on this storage.
    """
    given: dict[str, Any] = {key: value for key, value in options.items() if key != "name"}
    name = str(options["name"])
    if name not in SAMPLERS:
        raise StudyError(f"a sampler must be one of {sorted(SAMPLERS)}; got {name!r}")
    if name == "cmaes" and is_shared:
        raise StudyError(
            "the sampler cmaes must not be used with a database or a shared folder: it unpickles its state from there, "
            "and whoever can write there could run code here; use a folder of your own or another sampler"
        )
    if name == "cmaes" and find_spec("cmaes") is None:
        raise StudyError(
            "the sampler cmaes needs a package of its own; install it with: pip install gansearch[samplers]"
        )
    try:
        with warnings.catch_warnings():
            # QMC and some options are marked experimental in Optuna 5, sigma0 deprecated; they are used knowingly.
            warnings.simplefilter("ignore", ExperimentalWarning)
            warnings.filterwarnings("ignore", message="`sigma0`", category=FutureWarning)
            return SAMPLERS[name](**{**_defaults(name, study_seed, number), **given})
    except (TypeError, ValueError) as error:
        raise StudyError(f"the sampler {name} cannot be made with {given}: {error}") from error


def carry_over(old: BaseSampler, new: BaseSampler) -> None:
    """Let ``new`` know which parameters finished trials have in common, where ``old`` has worked it out already.

    It follows from the trials alone, but to work it out anew takes most of an ask's time from some hundred trials on.
    Optuna has no public way to hand it over; without these attributes the sampler is slower, and chooses the same.
    """
    for name in SEARCH_SPACES:
        known = getattr(old, name, None)
        if known is not None and type(known) is type(getattr(new, name, None)) and type(old) is type(new):
            setattr(new, name, known)


def _defaults(name: str, study_seed: int, number: int) -> dict[str, Any]:
    seed = sampler_seed(study_seed, number)
    if name == "qmc":
        # The sequence is one for the whole study; only what lies outside of it is drawn anew for each trial.
        rest = RandomSampler(seed=seed)
        sequence = {"scramble": True, "seed": sampler_seed(study_seed, 0), "independent_sampler": rest}
        return {**sequence, "warn_independent_sampling": False}
    return {"seed": seed, **({"warn_independent_sampling": False} if name in ("gp", "cmaes") else {})}


SAMPLERS: Mapping[str, Callable[..., BaseSampler]] = {
    "tpe": TPESampler,
    "random": RandomSampler,
    "gp": GPSampler,
    "cmaes": CmaEsSampler,
    "qmc": QMCSampler,
    "nsgaii": NSGAIISampler,
    GRID: RandomSampler,
}
