"""Traces in closed form, for detectors: a healthy run, and any part of it replaced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gansearch.detectors import Trace

Column: TypeAlias = "float | NDArray[Any] | None"
Columns: TypeAlias = Mapping[str, Column]

HEALTHY_SIGNALS: Mapping[str, float] = {
    "d_loss": 1.1,
    "g_loss": 1.0,
    "label_floor": 0.0,
    "d_accuracy_real": 0.8,
    "d_accuracy_fake": 0.8,
    "real_score": 0.8,
    "fake_score": -0.8,
    "real_score_spread": 0.9,
    "fake_score_spread": 0.9,
    "d_grad_norm": 0.5,
    "g_grad_norm": 0.5,
    "image_grad_norm": 0.5,
    "d_update_ratio": 0.005,
    "g_update_ratio": 0.005,
    "d_norm": 20.0,
    "g_norm": 20.0,
    "fake_spread": 0.45,
    "real_spread": 0.6,
    "fake_extreme": 0.75,
    "real_extreme": 0.8,
}


def trace(
    *,
    epochs: int = 30,
    steps_per_epoch: int = 100,
    classes: int = 10,
    is_probability_loss: bool = True,
    loss: str = "",
    signals: Columns | None = None,
    metrics: Columns | None = None,
) -> Trace:
    """A run of ``epochs`` with an evaluation after each; healthy but for what ``signals`` and ``metrics`` replace.

    Args:
        epochs: how long the run is, all of it.
        steps_per_epoch: generator updates per epoch.
        classes: of the data; 0 for data without.
        is_probability_loss: whether d_loss has a floor.
        loss: name of the loss; empty for the non-saturating one, or the Wasserstein one where there is no floor.
        signals: columns to replace by a number or one number a step; None takes the column away.
        metrics: the same, with one number an evaluation.
    """
    steps = epochs * steps_per_epoch
    epoch = np.arange(1, epochs + 1, dtype=np.float64)
    measured = {**healthy_metrics(epoch, classes), **(metrics or {})}
    measured |= {"step": epoch * steps_per_epoch, "epoch": epoch}
    found = Trace.of(
        _columns({**HEALTHY_SIGNALS, **(signals or {})}, steps, np.float32),
        _columns(measured, epochs, np.float64),
        steps_per_epoch=steps_per_epoch,
        total_steps=steps,
        classes=classes,
        is_probability_loss=is_probability_loss,
        loss=loss or ("non_saturating" if is_probability_loss else "wasserstein"),
    )
    for column in found.signals.values():
        column.flags.writeable = False
    return found


def healthy_metrics(epoch: NDArray[np.float64], classes: int) -> dict[str, Column]:
    """Metrics of a run that learns over some five epochs; classes come one after the other."""
    learned = 1 - np.exp(-epoch / 5)
    found: dict[str, Column] = {
        "frechet_distance": 30 + 800 * (1 - learned),
        "coverage": 0.4 * learned,
        "sample_spread": 0.9 * learned,
        "effective_rank": 0.9 * learned,
        "held_out_score_gap": 0.02,
        "steepness": 1.0,
        "score_slope": 0.5,
    }
    if classes > 0:
        covered = np.minimum(classes, 1 + np.floor(classes * learned))
        churn = np.where(epoch == 1, np.nan, 0.1)
        found |= {"classes_covered": covered, "class_share_largest": np.maximum(1 / covered, 0.15)}
        found |= {"class_churn": churn}
    return found


def _columns(columns: Columns, length: int, dtype: type[Any]) -> dict[str, NDArray[Any]]:
    """Columns of equal length that nobody can write to."""
    found: dict[str, NDArray[Any]] = {}
    for name, values in columns.items():
        if values is not None:
            found[name] = np.broadcast_to(np.asarray(values, dtype=dtype), (length,)).copy()
            found[name].flags.writeable = False
    return found
