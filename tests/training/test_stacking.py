"""Stacking configurations: traced numbers become [K], differing structure is refused with its key."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from gansearch.errors import TrainingError
from gansearch.gan.cross_entropy import Minimax
from gansearch.gan.mlp import MlpGenerator
from gansearch.testing.configurations import tiny_configuration
from gansearch.training.configuration import Configuration
from gansearch.training.descent.adam import Adam
from gansearch.training.descent.sgd import Sgd
from gansearch.training.stacking import stack_configurations, stack_traced


def test_traced_fields_become_tensors_and_static_ones_stay() -> None:
    stacked = stack_traced([MlpGenerator(dropout=0.1), MlpGenerator(dropout=0.2)], dtype=torch.float64)

    assert isinstance(stacked.dropout, torch.Tensor)
    assert stacked.dropout.tolist() == [0.1, 0.2]
    assert (stacked.layers, stacked.width) == (3, 256)


def test_one_lane_is_stacked_too() -> None:
    stacked = stack_configurations([tiny_configuration()], dtype=torch.float32)

    assert isinstance(stacked.generator_optimizer, Adam)
    assert isinstance(stacked.generator_optimizer.lr, torch.Tensor)
    assert stacked.generator_optimizer.lr.tolist() == [2e-4]


def test_mixed_fields_hold_every_lanes_value_where_lanes_differ() -> None:
    depths = [MlpGenerator(layers=layers, activation="elu") for layers in (5, 2, 5)]

    stacked = stack_traced(depths, dtype=torch.float64)

    assert (stacked.layers, stacked.activation) == ((5, 2, 5), "elu")


BASE = tiny_configuration()
OTHERS: list[tuple[Configuration, str]] = [
    (replace(BASE, generator=MlpGenerator(width=5)), r"generator\.width differs: \d+ and 5"),
    (
        replace(BASE, discriminator=replace(BASE.discriminator, layers=1)),  # type: ignore[call-arg]
        r"discriminator\.has_hidden_layers differs: True and False",
    ),
    (replace(BASE, loss=Minimax()), r"loss differs: 'non_saturating' and 'minimax'"),
    (replace(BASE, discriminator_optimizer=Sgd()), r"discriminator_optimizer differs: 'adam' and 'sgd'"),
    (
        replace(BASE, training=replace(BASE.training, batch_size=32)),
        r"training\.batch_size differs: 16 and 32",
    ),
]


@pytest.mark.parametrize(("other", "message"), OTHERS)
def test_different_structure_is_refused_with_its_key(other: Configuration, message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        stack_configurations([BASE, BASE, other], dtype=torch.float32)
