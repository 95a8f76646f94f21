"""A player: its update, and the ratio that it measures."""

from __future__ import annotations

import pytest
import torch

from gansearch.gan.mlp import MlpDiscriminator
from gansearch.records import Geometry
from gansearch.training.descent.sgd import Sgd
from gansearch.training.player import Player
from gansearch.training.streams import Streams


def player(lr: float = 0.5) -> Player:
    module = MlpDiscriminator(layers=1).build(Geometry((3,), bounded=False, classes=0))
    return Player(module, "torch", Streams([1, 2]), Sgd(lr=lr))


def test_an_update_moves_the_parameters_along_the_gradients() -> None:
    one = player()
    before = one.flat.values.clone()

    one.update([torch.ones(2, 1, 3), 2 * torch.ones(2, 1)], measure=False)

    step = torch.tensor([0.5, 0.5, 0.5, 1.0]).expand(2, -1)
    torch.testing.assert_close(before - one.flat.values, step, rtol=0, atol=1e-6)
    assert one.gradient_norm().tolist() == pytest.approx([7**0.5] * 2, rel=1e-6)


def test_the_ratio_is_held_between_measurements() -> None:
    one = player()
    gradients = [torch.ones(2, 1, 3), torch.ones(2, 1)]
    expected = 0.5 * 2 / one.flat.values.norm(dim=1)

    one.update(gradients, measure=True)
    torch.testing.assert_close(one.update_ratio, expected, rtol=1e-5, atol=0)
    one.update(gradients, measure=False)
    torch.testing.assert_close(one.update_ratio, expected, rtol=1e-5, atol=0)
    one.update(gradients, measure=True)
    assert not torch.allclose(one.update_ratio, expected, rtol=1e-3)


def test_its_tensors_are_named() -> None:
    assert list(player().tensors()) == ["parameters", "optimizer.velocity"]
