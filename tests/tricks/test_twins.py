"""Row 8 of the table of tricks: flipped labels in the generator's update are the non-saturating loss."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from gansearch.data import Data
from gansearch.gan import Loss
from gansearch.gan.cross_entropy import Minimax, NonSaturating
from gansearch.testing.configurations import tiny_configuration
from gansearch.training import Lane, Pack
from gansearch.tricks import Trick
from gansearch.tricks.label_smoothing import LabelSmoothing

EPOCHS = 25
"""Of 4 steps."""


def pack(loss: Loss, architecture: str, tricks: tuple[Trick, ...], data: Data) -> Pack:
    configuration = replace(tiny_configuration(*tricks, architecture=architecture), loss=loss)
    return Pack([Lane(configuration, 1)], data, dtype=torch.float64)


@pytest.mark.parametrize("architecture", ["mlp", "dcgan"])
@pytest.mark.parametrize("tricks", [(), (LabelSmoothing(real=0.9, generator=True),)], ids=["hard", "smooth"])
def test_minimax_with_flipped_labels_is_the_non_saturating_game(
    tricks: tuple[Trick, ...], architecture: str, tiny_data: Data
) -> None:
    one = pack(NonSaturating(), architecture, tricks, tiny_data)
    other = pack(Minimax(generator_labels="real"), architecture, tricks, tiny_data)
    saturating = pack(Minimax(), architecture, tricks, tiny_data)
    for _ in range(EPOCHS):
        expected, got = one.train_epoch(), other.train_epoch()
        saturating.train_epoch()
        np.testing.assert_allclose(got.values, expected.values, rtol=1e-6, atol=1e-7)
    samples = one.sample(8, averaged=False)
    torch.testing.assert_close(other.sample(8, averaged=False), samples, rtol=0, atol=1e-9)
    assert (saturating.sample(8, averaged=False) - samples).abs().max().item() > 1e-3
