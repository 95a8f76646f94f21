"""The grouped form takes as many operations for any number of lanes, second derivatives included."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, autograd
from torch.utils._python_dispatch import TorchDispatchMode

from gansearch.gan.convolution import convolution, transposed_convolution


class Counting(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts what reaches the device, and refuses what would wait for it."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.seen: list[str] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        assert "_local_scalar_dense" not in str(func)
        self.seen.append(str(func))
        return func(*args, **(kwargs or {}))


def operations(function: Callable[..., Tensor], lanes: int, *, grouped: bool) -> list[str]:
    inputs, weight, bias = (
        torch.ones(shape, requires_grad=True) for shape in [(lanes, 3, 2, 6, 6), (lanes, 2, 2, 4, 4), (lanes, 2)]
    )
    counting = Counting()
    with counting:
        output = function(inputs, weight, bias, stride=2, padding=1, grouped=grouped)
        (slope,) = autograd.grad(output.square().sum(), inputs, create_graph=True)
        autograd.grad(slope.square().sum() + output.sum(), (weight, bias))
    return counting.seen


@pytest.mark.parametrize("function", [convolution, transposed_convolution])
def test_both_forms_agree_at_a_reduced_precision(function: Callable[..., Tensor]) -> None:
    stream = torch.Generator().manual_seed(0)
    leaves = [
        torch.randn(shape, generator=stream, requires_grad=True) for shape in [(3, 2, 2, 6, 6), (3, 2, 2, 4, 4), (3, 2)]
    ]

    def derivatives(*, grouped: bool, enabled: bool = True) -> list[Tensor]:
        with torch.autocast("cpu", torch.bfloat16, enabled=enabled, cache_enabled=False):
            output = function(*leaves, stride=2, padding=1, grouped=grouped)
            (slope,) = autograd.grad(output.float().square().sum(), leaves[0], create_graph=True)
            return [output, *autograd.grad(slope.square().sum(), leaves)]

    exact = derivatives(grouped=True, enabled=False)
    for ours, theirs, right in zip(derivatives(grouped=True), derivatives(grouped=False), exact, strict=True):
        assert ours.dtype == theirs.dtype
        scale = right.abs().max().item()
        torch.testing.assert_close(ours.float(), right, rtol=0, atol=0.03 * scale)
        torch.testing.assert_close(theirs.float(), right, rtol=0, atol=0.03 * scale)


@pytest.mark.parametrize("function", [convolution, transposed_convolution])
def test_the_number_of_operations_is_the_same_for_any_number_of_lanes(function: Callable[..., Tensor]) -> None:
    assert operations(function, 2, grouped=True) == operations(function, 7, grouped=True)
    assert len(operations(function, 2, grouped=False)) < len(operations(function, 7, grouped=False))
