"""Maxout: the largest of its pieces, and the gradient to it alone."""

from __future__ import annotations

import pytest
import torch
from torch import autograd

from gansearch.gan.maxout import Maxout, maxout
from gansearch.testing.seeded import seeded_normal


@pytest.mark.parametrize("lanes", [1, 3])
@pytest.mark.parametrize("pieces", [2, 5])
def test_the_largest_piece_goes_on_and_alone_gets_a_gradient(lanes: int, pieces: int) -> None:
    inputs = seeded_normal("inputs", range(lanes), (4, 6 * pieces)).requires_grad_()

    outputs = Maxout(pieces)({}, inputs, None)
    (slope,) = autograd.grad(outputs.sum(), inputs)

    assert torch.equal(outputs, inputs.view(lanes, 4, 6, pieces).max(-1).values)
    assert (slope != 0).double().mean().item() == pytest.approx(1 / pieces, abs=1e-12)
    assert slope.sum().item() == lanes * 4 * 6


def test_pieces_of_opposite_sign_are_the_absolute_value() -> None:
    numbers = seeded_normal("inputs", (0,), (4, 6))

    assert torch.equal(maxout(torch.stack([numbers, -numbers], -1).flatten(2), 2), numbers.abs())


def test_a_nan_stays_in_its_lane() -> None:
    inputs = seeded_normal("inputs", range(3), (4, 6))
    inputs[1] = float("nan")

    assert maxout(inputs, 2)[[0, 2]].isfinite().all()
