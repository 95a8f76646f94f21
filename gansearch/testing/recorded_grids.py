"""A recorded grid in closed form, for replays: each run falls to a floor that its parameters say, or fails."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np

from gansearch.curves.corpus import CorpusRun
from gansearch.records import Setting
from gansearch.testing.traces import Columns, trace

CHOICES: Mapping[str, Sequence[Setting]] = {
    "generator.layers": (2, 3, 4),
    "optimizer.generator.lr": (1e-4, 1e-3, 1e-2),
    "tricks.ema.enabled": (False, True),
}
COLLAPSES: Mapping[str, float] = {"classes_covered": 1.0, "class_share_largest": 1.0}


def recorded_run(
    parameters: Mapping[str, Setting],
    number: int = 0,
    *,
    floor: float = 10.0,
    epochs: int = 9,
    seconds: float = 12.0,
    collapses: bool = False,
    diverges_at: int | None = None,
    seed: int = 0,
) -> CorpusRun:
    """A run whose distance falls to ``floor`` as ``floor + 100 / epoch``, evaluated after every epoch of 100 steps.

    Args:
        parameters: of its trial.
        number: of its trial.
        floor: of its Frechet distance.
        epochs: that it was to be trained for.
        seconds: that it took.
        collapses: whether it has one class only, from its beginning on.
        diverges_at: step of its first non-finite loss; it ends with that epoch.
        seed: of its trial.
    """
    trained = epochs if diverges_at is None else math.ceil(diverges_at / 100)
    epoch = np.arange(1, trained + 1)
    loss = np.full(100 * trained, 1.1, dtype=np.float32)
    if diverges_at is not None:
        loss[diverges_at - 1 :] = np.nan
    metrics: Columns = {"frechet_distance": floor + 100 / epoch, **(COLLAPSES if collapses else {})}
    made = trace(epochs=trained, signals={"d_loss": loss, "g_update_ratio": 0.01}, metrics=metrics)
    about: dict[str, Setting] = {"training.epochs": epochs, "training.evaluate_every": 1, "generator.width": 64}
    return CorpusRun(
        study="grid",
        number=number,
        replicate=None,
        seed=seed,
        settings={"dataset.name": "ring", **about, **parameters},
        parameters=dict(parameters),
        loss=made.loss,
        steps_per_epoch=made.steps_per_epoch,
        total_steps=100 * epochs,
        classes=made.classes,
        is_probability_loss=made.is_probability_loss,
        signals=made.signals,
        window_ends=made.window_ends,
        non_finite=made.non_finite,
        evaluations=made.evaluations,
        final={},
        end="completed" if diverges_at is None else "diverged",
        steps=made.steps,
        seconds=seconds * trained / epochs,
    )


def recorded_grid(
    choices: Mapping[str, Sequence[Setting]] = CHOICES, *, epochs: int = 9, seconds: float = 12.0
) -> list[CorpusRun]:
    """Every combination once: deep generators and large rates are bad, the deepest of the largest rate diverge.

    Those of the largest rate that do not diverge collapse. No two floors are equal.
    """
    runs = []
    for number, cell in enumerate(product(*choices.values())):
        places = [values.index(value) for values, value in zip(choices.values(), cell, strict=True)]
        share = [place / max(1, len(values) - 1) for place, values in zip(places, choices.values(), strict=True)]
        is_last = share[1] == 1 if len(share) > 1 else False
        runs.append(
            recorded_run(
                dict(zip(choices, cell, strict=True)),
                number,
                floor=10 + 40 * share[0] + 20 * sum(share[1:]) + 0.01 * number,
                epochs=epochs,
                seconds=seconds,
                collapses=is_last and share[0] < 1,
                diverges_at=250 if is_last and share[0] == 1 else None,
            )
        )
    return runs
