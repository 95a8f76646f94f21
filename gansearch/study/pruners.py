"""Optuna pruners by the names and options of the plan. They keep no state outside the study's storage.

The one that pauses trials and promotes them is not Optuna's, which can only end them: see ``paused_trials``.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

from optuna.exceptions import ExperimentalWarning
from optuna.pruners import (
    BasePruner,
    HyperbandPruner,
    MedianPruner,
    NopPruner,
    PatientPruner,
    PercentilePruner,
    SuccessiveHalvingPruner,
    WilcoxonPruner,
)

from gansearch.errors import StudyError
from gansearch.records import Setting
from gansearch.space.options import default_first_rung
from gansearch.space.plan import PROMOTION, WILCOXON


def build_pruner(options: Mapping[str, Setting], *, first_rung: int, epochs: int) -> BasePruner:
    """The pruner that the plan names.

    Args:
        options: ``name`` and Optuna's own options; resources count epochs.
        first_rung: epoch of the first evaluation. No resource lies below it: several rungs before it would all be
            judged by one value, which halves the trials again and again at once.
        epochs: of a full trial.

    Raises:
        StudyError: where the name or an option is unknown.
    """
    given: dict[str, Any] = {key: value for key, value in options.items() if key != "name"}
    name = str(options["name"])
    if name not in PRUNERS:
        raise StudyError(f"a pruner must be one of {sorted(PRUNERS)}; got {name!r}")
    try:
        with warnings.catch_warnings():
            # The patient and the Wilcoxon pruner are marked experimental in Optuna 5; they are used knowingly.
            warnings.simplefilter("ignore", ExperimentalWarning)
            return _made(name, given, first_rung, epochs)
    except (TypeError, ValueError) as error:
        raise StudyError(f"the pruner {name} cannot be made with {given}: {error}") from error


def _made(name: str, given: dict[str, Any], first_rung: int, epochs: int) -> BasePruner:
    if name == "patient":
        # Prunes only what has not improved for a while; with `wrapped: none` that alone is enough.
        wrapped = str(given.pop("wrapped", "median"))
        options = {"patience": 3} | {key: given.pop(key) for key in ("patience", "min_delta") if key in given}
        inner = None if wrapped == "none" else _made(wrapped, given, first_rung, epochs)
        return PatientPruner(inner, **options)
    if name == PROMOTION:
        return NopPruner()
    if name == "percentile":
        given.setdefault("percentile", 25.0)
    if name == "hyperband":
        given.setdefault("max_resource", epochs)
    if name in ("successive_halving", "hyperband"):
        usual = 1 if name == "hyperband" else default_first_rung(epochs)
        lowest = max(first_rung, int(given.get("min_resource", usual)))
        given["min_resource"] = min(lowest, int(given.get("max_resource", epochs)))
    return PRUNERS[name](**given)


PRUNERS: Mapping[str, Callable[..., BasePruner]] = {
    "none": NopPruner,
    "median": MedianPruner,
    "percentile": PercentilePruner,
    "successive_halving": SuccessiveHalvingPruner,
    "hyperband": HyperbandPruner,
    "patient": PatientPruner,
    WILCOXON: WilcoxonPruner,
    PROMOTION: NopPruner,
}
