"""Flat parameters: views, gradients, freezing."""

from __future__ import annotations

import torch

from gansearch.gan import Parameter
from gansearch.training.flat import Flat

PARAMETERS = (Parameter("weight", (3, 2), 2), Parameter("bias", (3,), 2, is_bias=True))


def flat() -> Flat:
    return Flat(PARAMETERS, [torch.arange(12.0).view(2, 3, 2), torch.arange(100.0, 106.0).view(2, 3)])


def test_a_row_holds_one_lane_in_the_order_of_the_parameters() -> None:
    assert flat().values[1].tolist() == [6, 7, 8, 9, 10, 11, 103, 104, 105]


def test_leaves_are_views_of_the_values() -> None:
    parameters = flat()

    parameters.values.zero_()

    assert {name: tuple(leaf.shape) for name, leaf in parameters.leaves.items()} == {
        "weight": (2, 3, 2),
        "bias": (2, 3),
    }
    assert all(leaf.requires_grad and leaf.is_leaf and not leaf.any() for leaf in parameters.leaves.values())


def test_views_of_another_buffer() -> None:
    parameters = flat()
    other = parameters.values + 1

    assert torch.equal(parameters.views(other)["bias"], torch.arange(101.0, 107.0).view(2, 3))


def test_gathered_gradients_stand_where_their_parameters_do() -> None:
    parameters = flat()
    loss = (parameters.leaves["weight"].sum((1, 2)) + 2 * parameters.leaves["bias"].sum(1)).sum()

    parameters.gather(torch.autograd.grad(loss, list(parameters.leaves.values())))

    assert parameters.gradients.tolist() == [[1.0] * 6 + [2.0] * 3] * 2


def test_no_graph_reaches_frozen_leaves() -> None:
    parameters = flat()

    with parameters.frozen():
        assert not (parameters.leaves["weight"] * 2).requires_grad
    assert (parameters.leaves["weight"] * 2).requires_grad
