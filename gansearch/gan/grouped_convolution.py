"""Convolutions in groups whose second derivative takes as many launches for any number of groups.

torch's own second derivative of a grouped convolution runs group by group. Here the gradient at the input is a
convolution in its own right, whose gradients are those of any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd import Function


@dataclass(frozen=True)
class Operation:
    """torch's convolution, and its gradient at the input."""

    stride: int
    padding: int
    output_padding: int = 0
    groups: int = 1
    is_transposed: bool = False

    def __call__(self, inputs: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        """Apply it, with torch's own gradients."""
        return F.conv2d(inputs, weight, bias, self.stride, self.padding, groups=self.groups)

    def input_slope(self, slope: Tensor, weight: Tensor, like: Tensor) -> Tensor:
        """From the gradient at the output, that at inputs of the shape of ``like``."""
        sides = zip(like.shape[2:], slope.shape[2:], weight.shape[2:], strict=True)
        rest = [side - (out - 1) * self.stride + 2 * self.padding - kernel for side, out, kernel in sides]
        return F.conv_transpose2d(slope, weight, None, self.stride, self.padding, rest, self.groups)


@dataclass(frozen=True)
class TransposedOperation(Operation):
    """torch's transposed convolution, and its gradient at the input."""

    is_transposed: bool = True

    def __call__(self, inputs: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        """Apply it, with torch's own gradients."""
        return F.conv_transpose2d(inputs, weight, bias, self.stride, self.padding, self.output_padding, self.groups)

    def input_slope(self, slope: Tensor, weight: Tensor, like: Tensor) -> Tensor:
        """From the gradient at the output, that at inputs of the shape of ``like``."""
        return F.conv2d(slope, weight, None, self.stride, self.padding, groups=self.groups)


def grouped_convolution(operation: Operation, inputs: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Apply the operation.

    Args:
        operation: which convolution, with its number of groups.
        inputs: [B, groups * in, H, W].
        weight: [groups * out, in, k, k]; of a transposed convolution [groups * in, out, k, k].
        bias: [groups * out], or None.

    Returns:
        [B, groups * out, P, Q].
    """
    if torch.amp.is_autocast_available(inputs.device.type) and torch.is_autocast_enabled(inputs.device.type):
        # Here, since what is saved for the gradients must have the format of the gradients.
        dtype = torch.get_autocast_dtype(inputs.device.type)
        inputs, weight, bias = inputs.to(dtype), weight.to(dtype), None if bias is None else bias.to(dtype)
    outputs: Tensor = _Grouped.apply(operation, inputs, weight, bias)
    return outputs


class _Grouped(Function):
    """An operation with the gradients of this module."""

    @staticmethod
    def forward(ctx: Any, operation: Operation, inputs: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        ctx.save_for_backward(inputs, weight)
        ctx.operation = operation
        return operation(inputs, weight, bias)

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[None, Tensor | None, Tensor | None, Tensor | None]:
        (slope,) = slopes
        inputs, weight = ctx.saved_tensors
        _, needs_inputs, needs_weight, needs_bias = ctx.needs_input_grad
        return (
            None,
            ctx.operation.input_slope(slope, weight, inputs) if needs_inputs else None,
            _weight_slope(ctx.operation, slope, inputs, weight) if needs_weight else None,
            slope.sum((0, 2, 3)) if needs_bias else None,
        )


def _weight_slope(operation: Operation, slope: Tensor, inputs: Tensor, weight: Tensor) -> Tensor:
    """The gradient at the weight."""
    stride, padding, output_padding = (
        [size, size] for size in (operation.stride, operation.padding, operation.output_padding)
    )
    only_weight = [False, True, False]
    slopes: tuple[Tensor, ...] = torch.ops.aten.convolution_backward(
        slope,
        inputs,
        weight,
        None,
        stride,
        padding,
        [1, 1],
        operation.is_transposed,
        output_padding,
        operation.groups,
        only_weight,
    )
    return slopes[1]
