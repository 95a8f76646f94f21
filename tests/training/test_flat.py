"""Flat parameters: views, gradients, freezing, and rows that do not hold every parameter."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from gansearch.gan import Parameter
from gansearch.training.flat import Flat

PARAMETERS = (Parameter("weight", (3, 2), 2), Parameter("bias", (3,), 2, is_bias=True))


def flat() -> Flat:
    return Flat(PARAMETERS, [torch.arange(12.0).view(2, 3, 2), torch.arange(100.0, 106.0).view(2, 3)])


def test_a_row_holds_one_lane_in_the_order_of_the_parameters_and_ends_with_zeros() -> None:
    row = flat().values[1].tolist()

    assert row[:9] == [6, 7, 8, 9, 10, 11, 103, 104, 105]
    assert row[9:] == [0.0] * (64 - 9)
    assert flat().values[1, flat().owned(1)].tolist() == row[:9]


def test_leaves_are_views_of_the_values() -> None:
    parameters = flat()

    parameters.values.zero_()

    assert {name: tuple(leaf.shape) for name, leaf in parameters.leaves.items()} == {
        "weight": (2, 3, 2),
        "bias": (2, 3),
    }
    assert all(leaf.requires_grad and leaf.is_leaf and not leaf.any() for leaf in parameters.leaves.values())
    assert [id(leaf) for leaf in parameters.trained] == [id(leaf) for leaf in parameters.leaves.values()]


def test_views_of_another_buffer() -> None:
    parameters = flat()
    other = parameters.values + 1

    assert torch.equal(parameters.views(other)["bias"], torch.arange(101.0, 107.0).view(2, 3))


def test_gathered_gradients_stand_where_their_parameters_do() -> None:
    parameters = flat()
    place = parameters.gradients.data_ptr()
    loss = (parameters.leaves["weight"].sum((1, 2)) + 2 * parameters.leaves["bias"].sum(1)).sum()

    parameters.gather(torch.autograd.grad(loss, parameters.trained))

    assert parameters.gradients.tolist() == [[1.0] * 6 + [2.0] * 3 + [0.0] * 55] * 2
    assert parameters.gradients.data_ptr() == place


def test_no_graph_reaches_frozen_leaves() -> None:
    parameters = flat()

    with parameters.frozen():
        assert not (parameters.leaves["weight"] * 2).requires_grad
    assert (parameters.leaves["weight"] * 2).requires_grad


def test_leaves_learn_again_after_an_error() -> None:
    parameters = flat()

    with pytest.raises(ValueError, match="on purpose"), parameters.frozen():
        raise ValueError("on purpose")
    assert (parameters.leaves["weight"] * 2).requires_grad


def test_norms_are_those_of_each_lanes_own_numbers() -> None:
    parameters = flat()

    torch.testing.assert_close(
        parameters.norms(parameters.values),
        torch.stack([parameters.values[lane, :9].norm() for lane in range(2)]),
        rtol=1e-6,
        atol=0,
    )


TRANSPOSED = (Parameter("weight", (3, 2), 2, is_transposed=True), Parameter("kernel", (2, 2, 3), 6, is_transposed=True))


def transposed() -> Flat:
    return Flat(TRANSPOSED, [torch.arange(12.0).view(2, 3, 2), torch.arange(24.0).view(2, 2, 2, 3)])


def test_a_transposed_weight_is_read_as_it_is_said_and_lies_with_its_last_axes_exchanged() -> None:
    parameters = transposed()

    assert torch.equal(parameters.leaves["weight"], torch.arange(12.0).view(2, 3, 2))
    assert torch.equal(parameters.leaves["kernel"], torch.arange(24.0).view(2, 2, 2, 3))
    assert parameters.values[0, :6].tolist() == [0, 2, 4, 1, 3, 5]
    assert parameters.values[0, 6:18].tolist() == [0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11]
    assert parameters.leaves["weight"].mT.is_contiguous() is False  # rows of the buffer lie apart
    assert parameters.leaves["weight"].stride()[1:] == (1, 3)


@pytest.mark.parametrize("contiguous", [False, True])
def test_gradients_of_transposed_weights_lie_as_these_do(contiguous: bool) -> None:
    parameters = transposed()
    weight, kernel = torch.arange(12.0).view(2, 3, 2), torch.arange(24.0).view(2, 2, 2, 3)

    def laid(gradient: Tensor) -> Tensor:
        """As a product gives it, or as anything else may."""
        return gradient if contiguous else gradient.mT.contiguous().mT

    parameters.gather([laid(weight), laid(kernel)])

    assert torch.equal(parameters.gradients, parameters.values)
    assert torch.equal(parameters.views(parameters.gradients)["kernel"], kernel)


def ragged() -> Flat:
    """Lanes 0 and 1 have one hidden layer, lane 2 has two, lane 3 has the second and one of its own shape."""
    parameters = (
        Parameter("first", (2,), 1),
        Parameter("second", (3,), 1, lanes=(2, 4)),
        Parameter("last", (2,), 1, lanes=(0, 3)),
        Parameter("other", (4,), 1, lanes=(3, 4)),
    )
    return Flat(parameters, [torch.full((4, *one.shape), 1.0 + index) for index, one in enumerate(parameters)])


def test_a_parameter_of_some_lanes_takes_its_columns_in_every_row() -> None:
    parameters = ragged()

    assert parameters.values[:, :11].tolist() == [
        [1, 1, 0, 0, 0, 3, 3, 0, 0, 0, 0],
        [1, 1, 0, 0, 0, 3, 3, 0, 0, 0, 0],
        [1, 1, 2, 2, 2, 3, 3, 0, 0, 0, 0],
        [1, 1, 2, 2, 2, 0, 0, 4, 4, 4, 4],
    ]
    assert {key: tuple(leaf.shape) for key, leaf in parameters.leaves.items()} == {
        "first": (4, 2),
        "second@2:4": (2, 3),
        "last@0:3": (3, 2),
        "other@3:4": (1, 4),
    }


def test_a_lane_owns_the_columns_of_its_own_parameters() -> None:
    parameters = ragged()
    rows = [parameters.values[lane, parameters.owned(lane)].tolist() for lane in range(4)]

    assert rows == [[1, 1, 3, 3], [1, 1, 3, 3], [1, 1, 2, 2, 2, 3, 3], [1, 1, 2, 2, 2, 4, 4, 4, 4]]
    assert torch.equal(torch.as_tensor(parameters.owned(-1)), torch.as_tensor(parameters.owned(3)))


def test_gradients_of_some_lanes_leave_the_others_at_zero() -> None:
    parameters = ragged()
    loss = sum(leaf.sum() * 10**index for index, leaf in enumerate(parameters.trained))
    assert isinstance(loss, Tensor)

    parameters.gather(torch.autograd.grad(loss, parameters.trained))

    sizes = [torch.where(row == 0, 0, 10 ** (row - 1)) for row in parameters.values]
    assert torch.equal(parameters.gradients, torch.stack(sizes))
    own = [parameters.gradients[lane, parameters.owned(lane)].norm() for lane in range(4)]
    torch.testing.assert_close(parameters.norms(parameters.gradients), torch.stack(own), rtol=1e-6, atol=0)


def test_one_name_in_two_groups_of_lanes_shares_its_columns() -> None:
    parameters = (Parameter("a", (2,), 1, lanes=(0, 1)), Parameter("a", (2,), 1, lanes=(1, 3)))
    one = Flat(parameters, [torch.full((3, 2), 1.0), torch.full((3, 2), 2.0)])

    assert one.values[:, :3].tolist() == [[1, 1, 0], [2, 2, 0], [2, 2, 0]]
    assert list(one.leaves) == ["a@0:1", "a@1:3"]


def test_no_gradient_reaches_a_frozen_parameter() -> None:
    parameters = (Parameter("fixed", (2,), 1, is_frozen=True), Parameter("weight", (2, 2), 2, is_transposed=True))
    one = Flat(parameters, [torch.full((3, 2), 5.0), torch.arange(12.0).view(3, 2, 2)])
    loss = (one.leaves["weight"] * torch.tensor([[1.0, 2.0], [3.0, 4.0]])).sum() + one.leaves["fixed"].sum()

    one.gather(torch.autograd.grad(loss, one.trained))

    assert [leaf.requires_grad for leaf in one.leaves.values()] == [False, True]
    assert len(one.trained) == 1
    assert one.gradients[:, :6].tolist() == [[0, 0, 1, 3, 2, 4]] * 3
    with one.frozen():
        assert not (one.leaves["weight"] * 2).requires_grad
    assert not one.leaves["fixed"].requires_grad


@pytest.mark.parametrize("sizes", [(1,), (64,), (65,), (3, 60, 2)])
def test_a_row_is_a_whole_number_of_runs(sizes: tuple[int, ...]) -> None:
    parameters = [Parameter(f"p{index}", (size,), 1) for index, size in enumerate(sizes)]
    one = Flat(parameters, [torch.ones(2, size) for size in sizes])

    assert one.values.shape[1] % 64 == 0
    assert one.values.shape[1] - sum(sizes) < 64
    assert one.values.sum(1).tolist() == [float(sum(sizes))] * 2
