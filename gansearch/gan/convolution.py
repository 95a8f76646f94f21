"""Convolution and transposed convolution of images [K, B, C, H, W], each lane by its own weights.

On a GPU the lanes are groups of one convolution, so that the number of launches does not grow with them. On a CPU a
loop over lanes is the faster form, and a lane's bits are those that it has alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from gansearch.gan import forms
from gansearch.gan._base import Draws, Parameter
from gansearch.gan.folding import folded, unfolded
from gansearch.gan.grouped_convolution import Operation, TransposedOperation, grouped_convolution
from gansearch.gan.plain import PlainLayer


def convolution(
    inputs: Float[Tensor, "K B I H W"],
    weight: Float[Tensor, "K O I k k"],
    bias: Float[Tensor, "K O"] | None,
    *,
    stride: int = 1,
    padding: int = 0,
    grouped: bool | None = None,
) -> Float[Tensor, "K B O P Q"]:
    """The convolution of every lane's images with that lane's weight.

    Args:
        inputs: images.
        weight: as ``torch.nn.Conv2d`` has it.
        bias: added to every pixel of an output channel, or None.
        stride: pixels between neighbouring windows.
        padding: zeros around the image, on each side.
        grouped: whether to take the lanes as groups of one convolution rather than one by one; None chooses by device.
    """
    return _in_lanes(Operation(stride, padding), inputs, weight, bias, grouped)


def transposed_convolution(
    inputs: Float[Tensor, "K B I H W"],
    weight: Float[Tensor, "K I O k k"],
    bias: Float[Tensor, "K O"] | None,
    *,
    stride: int = 1,
    padding: int = 0,
    output_padding: int = 0,
    grouped: bool | None = None,
) -> Float[Tensor, "K B O P Q"]:
    """What passes gradients back through ``convolution``: of size ``(H - 1) * stride - 2 * padding + k`` and more.

    Args:
        inputs: images.
        weight: as ``torch.nn.ConvTranspose2d`` has it.
        bias: added to every pixel of an output channel, or None.
        stride: pixels of the output between those that neighbouring pixels of the input are spread around.
        padding: pixels of the output that are left out, on each side.
        output_padding: pixels added to the output at the bottom and on the right.
        grouped: as for ``convolution``.
    """
    operation = TransposedOperation(stride, padding, output_padding)
    lane_by_lane = not (takes_groups(inputs) if grouped is None else grouped)
    if lane_by_lane and weight.shape[2:].numel() <= weight.shape[1]:
        operation = _Spread(stride, padding, output_padding)
    return _in_lanes(operation, inputs, weight, bias, grouped)


def takes_groups(inputs: Tensor) -> bool:
    """Whether lanes as groups are the faster form where ``inputs`` lie."""
    return forms.takes_lanes_at_once(inputs.device)


@dataclass(frozen=True, kw_only=True)
class Convolution:
    """Parameters ``<name>.weight`` [K, out, in, k, k] and, where it has one, ``<name>.bias`` [K, out]."""

    name: str
    in_channels: int
    out_channels: int
    kernel_size: int
    stride: int = 1
    padding: int = 0
    has_bias: bool = True

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Weight and bias."""
        shape = (self.out_channels, self.in_channels, self.kernel_size, self.kernel_size)
        fan_in = self.in_channels * self.kernel_size**2
        return _parameters(self.name, shape, fan_in, self.out_channels if self.has_bias else None)

    def __call__(self, parameters: Mapping[str, Tensor], inputs: Tensor, draws: Draws | None) -> Tensor:
        """Map [K, B, in, H, W] to [K, B, out, P, Q]."""
        weight, bias = parameters[f"{self.name}.weight"], parameters.get(f"{self.name}.bias")
        return convolution(inputs, weight, bias, stride=self.stride, padding=self.padding)

    def plain_layers(self) -> tuple[PlainLayer, ...]:
        """A convolution."""
        return _plain(self, "nn.Conv2d", f"stride={self.stride}, padding={self.padding}")


@dataclass(frozen=True, kw_only=True)
class TransposedConvolution:
    """Parameters ``<name>.weight`` [K, in, out, k, k] and, where it has one, ``<name>.bias`` [K, out].

    One output is a sum over ``in * k^2 / stride^2`` numbers: that is the fan-in here, where torch counts ``out * k^2``.
    """

    name: str
    in_channels: int
    out_channels: int
    kernel_size: int
    stride: int = 1
    padding: int = 0
    output_padding: int = 0
    has_bias: bool = True

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Weight and bias."""
        shape = (self.in_channels, self.out_channels, self.kernel_size, self.kernel_size)
        fan_in = max(1, self.in_channels * self.kernel_size**2 // self.stride**2)
        return _parameters(self.name, shape, fan_in, self.out_channels if self.has_bias else None)

    def __call__(self, parameters: Mapping[str, Tensor], inputs: Tensor, draws: Draws | None) -> Tensor:
        """Map [K, B, in, H, W] to [K, B, out, P, Q]."""
        weight, bias = parameters[f"{self.name}.weight"], parameters.get(f"{self.name}.bias")
        return transposed_convolution(
            inputs, weight, bias, stride=self.stride, padding=self.padding, output_padding=self.output_padding
        )

    def plain_layers(self) -> tuple[PlainLayer, ...]:
        """A transposed convolution."""
        more = f", output_padding={self.output_padding}" if self.output_padding else ""
        return _plain(self, "nn.ConvTranspose2d", f"stride={self.stride}, padding={self.padding}{more}")


class _Spread(TransposedOperation):
    """The same as a product and a sum of windows: half the time on a CPU, where windows hold no more than pixels do."""

    def __call__(self, inputs: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        size = weight.shape[-1]
        windows = weight.flatten(1).mT @ inputs.flatten(2)
        around = size - 2 * self.padding + self.output_padding
        sides = tuple((side - 1) * self.stride + around for side in inputs.shape[2:])
        outputs = F.fold(windows, sides, size, padding=self.padding, stride=self.stride)
        return outputs if bias is None else outputs + bias[:, None, None]


def _in_lanes(
    operation: Operation,
    inputs: Float[Tensor, "K B I H W"],
    weight: Float[Tensor, "K M N k k"],
    bias: Float[Tensor, "K O"] | None,
    grouped: bool | None,
) -> Float[Tensor, "K B O P Q"]:
    """The operation in every lane: as groups, or one by one."""
    lanes = len(inputs)
    if lanes > 1 and (takes_groups(inputs) if grouped is None else grouped):
        together = None if bias is None else bias.flatten()
        outputs = grouped_convolution(replace(operation, groups=lanes), folded(inputs), weight.flatten(0, 1), together)
        return unfolded(outputs, lanes)
    biases = [None] * lanes if bias is None else bias.unbind()
    apart = [operation(*lane) for lane in zip(inputs.unbind(), weight.unbind(), biases, strict=True)]
    return apart[0][None] if lanes == 1 else torch.stack(apart)


def _plain(layer: Convolution | TransposedConvolution, kind: str, options: str) -> tuple[PlainLayer, ...]:
    """The layer of torch; its tensors are called as ours."""
    sizes = f"{layer.in_channels}, {layer.out_channels}, {layer.kernel_size}"
    bias = "" if layer.has_bias else ", bias=False"
    tensors = {parameter.name.rpartition(".")[2]: parameter.name for parameter in layer.parameters}
    return (PlainLayer(f"{kind}({sizes}, {options}{bias})", tensors),)


def _parameters(name: str, shape: tuple[int, int, int, int], fan_in: int, biases: int | None) -> tuple[Parameter, ...]:
    weight = Parameter(f"{name}.weight", shape, fan_in)
    return (weight,) if biases is None else (weight, Parameter(f"{name}.bias", (biases,), fan_in, is_bias=True))
