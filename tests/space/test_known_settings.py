from __future__ import annotations

import pytest

from gansearch.space.known_settings import is_known


@pytest.mark.parametrize(
    "setting",
    [
        "generator.layers",
        "generator.architecture: dcgan",
        "loss.name: minimax",
        "optimizer.discriminator.name: sgd",
        "training.labels: kmeans",
        "training.epochs",
        "tricks.ema",
        "tricks.gradient_penalty",
        "tricks.ema.decay",
        "tricks.label_flips.mode: swap",
        "plan.max_active_tricks",
        "detectors.stagnation",
        "detectors.patience",
        "evaluation.also",
    ],
)
def test_known(setting: str) -> None:
    assert is_known(setting)


@pytest.mark.parametrize(
    "setting",
    [
        "generator.layer",
        "generator.architecture: nonsense",
        "loss: minimax",
        "tricks.nonsense",
        "tricks.ema.nonsense",
        "tricks.label_flips.mode: nonsense",
        "training.nonsense",
        "plan.nonsense",
        "detectors.nonsense",
        "evaluation.nonsense",
        "nonsense",
        "",
    ],
)
def test_unknown(setting: str) -> None:
    assert not is_known(setting)
