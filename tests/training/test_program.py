"""A recorded program does to what it finds what the step would have done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, autograd
from torch.utils._python_dispatch import TorchDispatchMode

from gansearch.errors import TrainingError
from gansearch.training.program import Program, recorded


class Counted(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts operations by name."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.names: Counter[str] = Counter()

    def __torch_dispatch__(
        self, function: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        self.names[str(function).removeprefix("aten.")] += 1
        return function(*args, **(kwargs or {}))


def never(_: Tensor) -> bool:
    return False


def numbers(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def agrees(make: Callable[[], tuple[list[Tensor], Callable[[], None]]], runs: int = 4) -> Program:
    """That recording and ``runs`` runs leave what ``runs`` + 1 steps leave, to the bit; the program."""
    own, step = make()
    expected, plain = make()
    program = recorded(step, never)
    plain()
    for _ in range(runs):
        program.run()
        plain()
    for tensor, wanted in zip(own, expected, strict=True):
        assert torch.equal(tensor, wanted)
    return program


def test_gradients_and_updates() -> None:
    def make() -> tuple[list[Tensor], Callable[[], None]]:
        weight, data, place = numbers(3, 2), numbers(5, 3, seed=1), torch.zeros(1, dtype=torch.int64)

        def step() -> None:
            leaf = weight.detach().requires_grad_()
            row = data.index_select(0, place)
            out = torch.tanh(F.leaky_relu(row @ leaf, 0.2))
            (slope,) = autograd.grad(out.square().sum(), leaf, create_graph=True)
            (second,) = autograd.grad(slope.square().sum(), leaf)
            weight.sub_(second, alpha=0.1)
            place.add_(1)

        return [weight, place], step

    agrees(make)


def test_results_laid_over_others_leave_what_is_still_read() -> None:
    def make() -> tuple[list[Tensor], Callable[[], None]]:
        total, given = torch.zeros(4, dtype=torch.float64), numbers(4)

        def step() -> None:
            product = given * total.add(1)
            view = product.view(2, 2)
            below = product.neg()  # must not be laid over the product, which the view still shows
            doubled = below * 2  # may be laid over ``below``
            square = view * 3
            square = square + square.mT  # must not: it would read what it has just written
            total.add_(square.reshape(4))
            total.add_(view.reshape(4)).add_(doubled).mul_(0.5)

        return [total], step

    agrees(make)


def test_results_are_never_laid_over_what_lasts() -> None:
    state, other = numbers(4), numbers(4, seed=1)
    before = state.clone()

    def step() -> None:
        other.copy_(torch.ops.aten._unsafe_view(state, [4]).neg())

    recorded(step, never).run()

    assert torch.equal(state, before)
    assert torch.equal(other, -before)


def test_parts_of_a_concatenation_are_made_where_they_lie() -> None:
    def make() -> tuple[list[Tensor], Callable[[], None]]:
        out, given, rest = torch.zeros(2, 13, dtype=torch.float64), numbers(2, 3, 2), torch.zeros(2, 1).double()

        def step() -> None:
            product = given.mT.bmm(given)  # 4 numbers a lane, for nothing else
            total = given.sum(1)
            also_read = given.bmm(given.mT).mean((1, 2), keepdim=True)[:, 0].expand(-1, 3) * 2
            given.mul_(0.9).add_(also_read[:, :, None])
            late = out.sum(1, keepdim=True) + 1  # reads what the concatenation is about to change
            turned = given.mT.bmm(given).mT.flatten(1)[:, :2]
            torch.cat([product.flatten(1), total, also_read, late, turned, rest], 1, out=out)

        return [out, given], step

    program = agrees(make)
    with Counted() as counted:
        program.run()

    assert counted.names["bmm.out"] == 0  # the memory is read in between
    assert counted.names["cat.out"] == 0


def test_parts_that_nothing_comes_between_take_no_copy() -> None:
    out, given = torch.zeros(2, 6, dtype=torch.float64), numbers(2, 3, 2)
    expected = torch.cat([given.mT.bmm(given).flatten(1), given.sum(1)], 1)

    def step() -> None:
        torch.cat([given.mT.bmm(given).flatten(1), given.sum(1)], 1, out=out)

    program = recorded(step, never)
    out.zero_()
    with Counted() as counted:
        program.run()

    assert torch.equal(out, expected)
    assert counted.names == {"bmm.out": 1, "sum.IntList_out": 1}


def test_operations_with_several_results() -> None:
    def make() -> tuple[list[Tensor], Callable[[], None]]:
        state, scale = numbers(1, 4, 2, 2), numbers(4, seed=1)

        def step() -> None:
            leaf = scale.detach().requires_grad_()
            out = F.batch_norm(state.expand(3, -1, -1, -1) * 1.5, None, None, leaf, None, training=True)
            (slope,) = autograd.grad(out.square().sum() + out.sum(), leaf)
            first, second = torch.split(torch.cat([state, out.detach()]), [1, 3])
            state.copy_((first + second.unbind()[0]) / 2)
            scale.add_(slope, alpha=1e-3)

        return [state, scale], step

    agrees(make)


def test_what_nobody_reads_is_left_out_and_views_of_what_lasts_are_taken_once() -> None:
    state, weight = numbers(2, 3), numbers(3, 2, seed=1)

    def step() -> None:
        _unread = weight.mT.exp().sum()
        state.add_(weight.mT.unsqueeze(0)[0])

    program = recorded(step, never)
    with Counted() as counted:
        program.run()

    assert counted.names == {"add_.Tensor": 1}


def test_it_says_what_it_writes() -> None:
    state, reads, out = numbers(2, 3), numbers(3, seed=1), torch.zeros(2, 3, dtype=torch.float64)

    def step() -> None:
        state[0].add_(reads)
        torch.cat([state * 2], out=out)

    written = recorded(step, never).written

    assert set(written) == {tensor.untyped_storage()._cdata for tensor in (state, out)}


@pytest.mark.parametrize(
    ("reads", "name"),
    [
        (lambda state: float(state.sum()), "_local_scalar_dense"),
        (lambda state: state[state > 0], "index.Tensor"),
        (lambda state: state.nonzero(), "nonzero"),
        (lambda state: state.masked_select(state > 0), "masked_select"),
    ],
)
def test_a_step_that_reads_numbers_is_refused_after_it_has_run(reads: Callable[[Tensor], object], name: str) -> None:
    state = numbers(4)
    expected = state + 1

    def step() -> None:
        reads(state)
        state.add_(1)

    with pytest.raises(TrainingError, match=rf"must not depend on numbers that it reads from tensors; .*{name}"):
        recorded(step, never)
    assert torch.equal(state, expected)


def test_numbers_are_drawn_outside_or_not_at_all() -> None:
    stream = torch.Generator().manual_seed(0)
    drawn, state = torch.zeros(3), torch.zeros(3)

    def step() -> None:
        drawn.normal_(generator=stream)
        state.add_(drawn)

    with pytest.raises(TrainingError, match=r"must draw its random numbers from its streams; it calls aten\.normal_"):
        recorded(step, never)
    program = recorded(step, lambda tensor: tensor is drawn)
    state.zero_()
    drawn.fill_(2)
    program.run()

    assert state.tolist() == [2, 2, 2]


@pytest.mark.parametrize(("draw", "name"), [(torch.randn, "randn"), (torch.rand, "rand"), (torch.randperm, "randperm")])
def test_numbers_of_torchs_own_generator_are_refused(draw: Callable[..., Tensor], name: str) -> None:
    state = numbers(4)

    def step() -> None:
        state.add_(draw(4))

    with pytest.raises(TrainingError, match=rf"must draw its random numbers from its streams; it calls aten\.{name}"):
        recorded(step, never)


def test_a_part_of_a_product_is_not_taken_for_the_whole() -> None:
    def make() -> tuple[list[Tensor], Callable[[], None]]:
        out, given = torch.zeros(1, 8, dtype=torch.float64), numbers(1, 3, 4)

        def step() -> None:
            product = given.mT.bmm(given)  # [1, 4, 4]
            torch.cat([product.narrow(1, 0, 2).flatten(1)], 1, out=out)
            given.mul_(0.5)

        return [out, given], step

    agrees(make)


def test_integer_indices_are_no_such_numbers() -> None:
    state, places = numbers(4), torch.tensor([3, 0])
    expected = state.clone()
    expected[places] = expected[places] * 2 * 2

    def step() -> None:
        state.index_copy_(0, places, state[places] * 2)

    recorded(step, never).run()

    assert torch.equal(state, expected)
