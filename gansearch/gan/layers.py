"""Layers with an explicit lane axis, first: every one maps [K, B, ...] to [K, B, ...], each lane by its own parameters.

A layer is a frozen object with the form of ``Module``: it owns no tensors, but says which parameters it reads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import torch
from jaxtyping import Float
from torch import Tensor

from gansearch.gan import forms
from gansearch.gan._base import Draws, Module, Parameter, WithoutParameters
from gansearch.gan.activations import plain_activation
from gansearch.gan.plain import PlainLayer

_RUN: Final = 64
"""Numbers that every CPU's kernels take in whole runs (two vectors of 512 bits hold 32 single-precision numbers)."""


def linear(
    inputs: Float[Tensor, "K B I"], weight: Float[Tensor, "K O I"], bias: Float[Tensor, "K O"] | None
) -> Float[Tensor, "K B O"]:
    """``inputs @ weight.T + bias`` in every lane; without a bias, the product alone.

    One output is taken as a product and a sum: a matrix-vector product rounds differently with the number of lanes.
    """
    if weight.shape[1] == 1:
        product = (inputs * weight).sum(-1, keepdim=True)
        return product if bias is None else product + bias[:, None]
    if bias is None:
        return torch.bmm(inputs, weight.mT)
    return torch.baddbmm(bias[:, None], inputs, weight.mT)


def elementwise(function: Callable[[Tensor], Tensor], inputs: Float[Tensor, "K *B"]) -> Float[Tensor, "K *B"]:
    """``function`` of every number alone, rounded in each lane as if it were the only one.

    The CPU's kernels for exponentials and the like take a buffer in runs of a vector's length and its rest one by one,
    with other rounding. Where lanes would not end with a run, each is taken by itself, and so is its gradient.
    """
    if forms.takes_lanes_at_once(inputs.device) or len(inputs) == 1 or inputs[0].numel() % _RUN == 0:
        return function(inputs)
    return torch.stack([function(lane) for lane in inputs.unbind()])


@dataclass(frozen=True)
class Linear:
    """Parameters ``<name>.weight`` [K, out, in] and, where it has one, ``<name>.bias`` [K, out]."""

    name: str
    in_features: int
    out_features: int
    has_bias: bool = True

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Weight and bias."""
        shape = (self.out_features, self.in_features)
        weight = Parameter(f"{self.name}.weight", shape, self.in_features, is_transposed=True)
        if not self.has_bias:
            return (weight,)
        return (weight, Parameter(f"{self.name}.bias", (self.out_features,), self.in_features, is_bias=True))

    def __call__(self, parameters: Mapping[str, Tensor], inputs: Tensor, draws: Draws | None) -> Tensor:
        """Map [K, B, in] to [K, B, out]."""
        return linear(inputs, parameters[f"{self.name}.weight"], parameters.get(f"{self.name}.bias"))

    def plain_layers(self) -> tuple[PlainLayer, ...]:
        """A linear layer."""
        tensors = {each.name.rpartition(".")[2]: each.name for each in self.parameters}
        bias = "" if self.has_bias else ", bias=False"
        return (PlainLayer(f"nn.Linear({self.in_features}, {self.out_features}{bias})", tensors),)


@dataclass(frozen=True)
class Elementwise(WithoutParameters):
    """A function of every number alone."""

    function: Callable[[Tensor], Tensor]

    def __call__(self, parameters: Mapping[str, Tensor], inputs: Tensor, draws: Draws | None) -> Tensor:
        """Keep the shape."""
        return elementwise(self.function, inputs)

    def plain_layers(self) -> tuple[PlainLayer, ...]:
        """The activation.

        Raises:
            PluginError: where torch has no layer for the function.
        """
        return (plain_activation(self.function),)


@dataclass(frozen=True, eq=False)
class Dropout(WithoutParameters):
    """Sets a share ``p`` of the numbers to zero and multiplies the rest by ``1 / (1 - p)``."""

    name: str
    p: float | Tensor
    """Probability of being dropped in [0, 1): one number, or one a lane as a tensor [K]."""
    when_sampling: bool = False
    """Whether numbers are dropped also when samples are drawn for an evaluation."""

    def __call__(self, parameters: Mapping[str, Tensor], inputs: Tensor, draws: Draws | None) -> Tensor:
        """Keep the shape; without ``draws`` return the inputs as they are."""
        if draws is None or (draws.is_sampling and not self.when_sampling):
            return inputs
        p = self.p
        if not isinstance(p, Tensor):
            p = torch.full((inputs.shape[0],), p, dtype=inputs.dtype, device=inputs.device)
        return inputs * draws.keep_mask(self.name, tuple(inputs.shape[1:]), p)

    def plain_layers(self) -> tuple[PlainLayer, ...]:
        """Dropout where it is to drop when samples are drawn, else none."""
        return (PlainLayer(f"nn.Dropout({float(self.p)})", draws=True),) if self.when_sampling else ()


def may_drop(p: float | Tensor) -> bool:
    """Whether a probability, one number or [K], is above 0 in any lane; one without numbers (``meta``) may be."""
    return p > 0 if not isinstance(p, Tensor) else p.is_meta or bool((p > 0).any())


@dataclass(frozen=True)
class Reshape(WithoutParameters):
    """Gives every sample the shape ``shape``: [K, B, ...] becomes [K, B, *shape]."""

    shape: tuple[int, ...]

    def __call__(self, parameters: Mapping[str, Tensor], inputs: Tensor, draws: Draws | None) -> Tensor:
        """Keep the numbers and their order."""
        return inputs.reshape(*inputs.shape[:2], *self.shape)

    def plain_layers(self) -> tuple[PlainLayer, ...]:
        """From vectors or to vectors."""
        if len(self.shape) == 1:
            return (PlainLayer("nn.Flatten()"),)
        return (PlainLayer(f"nn.Unflatten(1, {self.shape})" if self.shape else "nn.Flatten(0)"),)


@dataclass(frozen=True)
class Sequential:
    """Layers one after the other."""

    layers: tuple[Module, ...]

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those of the layers, in their order."""
        return tuple(parameter for layer in self.layers for parameter in layer.parameters)

    def __call__(self, parameters: Mapping[str, Tensor], inputs: Tensor, draws: Draws | None) -> Tensor:
        """Apply every layer to what the one before gave."""
        for layer in self.layers:
            inputs = layer(parameters, inputs, draws)
        return inputs
