"""Flat parameters of which some lanes lack a part: its columns stay zero, and count nowhere."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from torch import Tensor

from gansearch.gan import Parameter
from gansearch.training.descent.adam import Adam
from gansearch.training.descent.rmsprop import RmsProp
from gansearch.training.descent.sgd import Sgd
from gansearch.training.flat import Columns, Flat

FIRST = Parameter("first", (2,), 1)
LAST = Parameter("last", (3,), 1)
MIDDLE = tuple(Parameter("middle", (2, 2), 2, is_transposed=True, lanes=lanes) for lanes in ((0, 1), (2, 4)))
LANES = 4
HAVING, LACKING = (0, 2, 3), 1


def flat() -> Flat:
    """Lane 1 has no middle."""
    parameters = (FIRST, *MIDDLE, LAST)
    return Flat(
        parameters, [torch.arange(1.0, 1 + LANES * _size(each)).view(LANES, *each.shape) for each in parameters]
    )


def _size(parameter: Parameter) -> int:
    return torch.Size(parameter.shape).numel()


def columns(of: Columns) -> list[int]:
    return torch.arange(64)[of].tolist()


def test_lanes_have_equal_columns_for_equal_names_and_zeros_for_what_they_lack() -> None:
    values = flat().values

    assert values.shape == (LANES, 64)
    assert values[0, :9].tolist() == [1, 2, 1, 3, 2, 4, 1, 2, 3]
    assert values[LACKING, :9].tolist() == [3, 4, 0, 0, 0, 0, 4, 5, 6]
    assert values[2, :9].tolist() == [5, 6, 9, 11, 10, 12, 7, 8, 9]
    assert not values[:, 9:].any()


def test_leaves_hold_the_lanes_that_have_the_parameter() -> None:
    leaves = flat().leaves

    assert {key: tuple(leaf.shape) for key, leaf in leaves.items()} == {
        "first": (4, 2),
        "middle@0:1": (1, 2, 2),
        "middle@2:4": (2, 2, 2),
        "last": (4, 3),
    }
    assert leaves["middle@2:4"][0].tolist() == [[9, 10], [11, 12]]


def test_a_lane_owns_what_it_would_have_alone_in_that_order() -> None:
    parameters = flat()

    assert columns(parameters.owned(LACKING)) == [0, 1, 6, 7, 8]
    for lane in (*HAVING, -1):
        assert columns(parameters.owned(lane)) == list(range(9))


def test_norms_are_those_of_each_lanes_own_numbers_to_the_bit() -> None:
    parameters = flat()
    buffer = torch.randn(LANES, 64, generator=torch.Generator().manual_seed(0))

    norms = parameters.norms(buffer)

    for lane in range(LANES):
        own = buffer[lane, parameters.owned(lane)]
        assert norms[lane] == torch.dot(own, own).sqrt()
        assert norms[lane].item() == pytest.approx(torch.linalg.vector_norm(own).item(), rel=1e-6)


def test_gathered_gradients_leave_zeros_where_a_lane_has_no_parameter() -> None:
    parameters = flat()
    loss = sum((place + 1) * leaf.sum() for place, leaf in enumerate(parameters.trained))
    assert isinstance(loss, Tensor)

    parameters.gather(torch.autograd.grad(loss, parameters.trained))

    assert parameters.gradients[:, :9].tolist() == [
        [1, 1, 2, 2, 2, 2, 4, 4, 4],
        [1, 1, 0, 0, 0, 0, 4, 4, 4],
        [1, 1, 3, 3, 3, 3, 4, 4, 4],
        [1, 1, 3, 3, 3, 3, 4, 4, 4],
    ]
    assert not parameters.gradients[:, 9:].any()


@pytest.mark.parametrize(
    "optimizer", [Adam(eps=1e-16), RmsProp(eps=1e-16), Sgd(momentum=0.9)], ids=lambda one: one.name
)
def test_an_optimizer_leaves_zeros_as_they_are(optimizer: Adam | RmsProp | Sgd) -> None:
    parameters = flat()
    state = optimizer.initial_state(parameters.values)
    parameters.gradients[:, 6:9] = 1.0

    for _ in range(3):
        optimizer.update(parameters.values, parameters.gradients, state)

    assert parameters.values.isfinite().all()
    for buffer in (parameters.values, *(tensor for name, tensor in state.items() if name != "steps")):
        assert not buffer[LACKING, 2:6].any()
        assert not buffer[:, 9:].any()


def test_a_number_is_rounded_alike_wherever_it_stands_in_its_row() -> None:
    """Adam's kernel treats what is left over at the end of a row in another way."""
    stream = torch.Generator().manual_seed(0)
    numbers = torch.randn(67, generator=stream)
    slopes = [torch.randn(67, generator=stream) for _ in range(5)]

    def trained(before: int) -> Tensor:
        shapes = [Parameter("before", (before,), 1), Parameter("own", (67,), 1)]
        one = Flat(shapes, [torch.ones(1, before), numbers[None]])
        optimizer = Adam()
        state = optimizer.initial_state(one.values)
        for slope in slopes:
            one.gather([torch.zeros(1, before), slope[None]])
            optimizer.update(one.values, one.gradients, state)
        return torch.cat([tensor[0, before : before + 67] for tensor in (one.values, state["mean"], state["square"])])

    for one, other in pairwise(trained(before) for before in (1, 2, 3, 13, 64)):
        assert torch.equal(one, other)
