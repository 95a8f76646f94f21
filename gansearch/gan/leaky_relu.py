"""Leaky rectifiers whose slope is a search dimension, and may differ from lane to lane.

Source: Maas et al. 2013, "Rectifier nonlinearities improve neural network acoustic models".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import torch
from jaxtyping import Float as Floats
from torch import Tensor

from gansearch.dimensions import Float
from gansearch.gan._base import Draws, Module, WithoutParameters
from gansearch.gan.activations import ACTIVATIONS, LEAKY_SLOPE, leaky_relu
from gansearch.gan.layers import Elementwise
from gansearch.gan.plain import PlainLayer

SLOPE: Final[dict[str, Any]] = {
    "default": LEAKY_SLOPE,
    "dimension": Float(0.01, 0.3),
    "meaning": "slope of leaky_relu below zero; the other activations have none",
    "limits": Float(0.0, 1.0),
}
"""The field ``slope`` of a network."""


def leaky_relu_by_lane(inputs: Floats[Tensor, "K *B"], slopes: Floats[Tensor, " K"]) -> Floats[Tensor, "K *B"]:
    """``x`` above zero and ``slope * x`` elsewhere, with a slope of its own in every lane.

    A lane has the bits that torch's function of one slope gives it.
    """
    below = slopes.reshape(-1, *[1] * (inputs.ndim - 1))
    # The factor needs no gradient, so that only one tensor of this size is kept for the way back.
    return (inputs * torch.where(inputs > 0, torch.ones_like(below), below)).to(inputs.dtype)


@dataclass(frozen=True, eq=False)
class LeakyRelu(WithoutParameters):
    """Leaky rectifiers of lanes that differ in their slopes."""

    slopes: Floats[Tensor, " K"]

    def __call__(self, parameters: Mapping[str, Tensor], inputs: Tensor, draws: Draws | None) -> Tensor:
        """Keep the shape."""
        return leaky_relu_by_lane(inputs, self.slopes)

    def plain_layers(self) -> tuple[PlainLayer, ...]:
        """A leaky rectifier; there is one lane where a network is exported."""
        return (PlainLayer(f"nn.LeakyReLU({float(self.slopes)})"),)


def activation_layer(name: str, slope: float | Tensor = LEAKY_SLOPE) -> Module:
    """The activation called ``name``, one of ``ACTIVATIONS``.

    Args:
        name: of the activation.
        slope: of ``leaky_relu``: one number, or one a lane as a tensor [K]; the others do not read it.
    """
    if name != "leaky_relu":
        return Elementwise(ACTIVATIONS[name])
    if not isinstance(slope, Tensor):
        return Elementwise(leaky_relu(slope))
    if slope.is_meta:  # has no numbers; what is counted there is the ordinary case
        return Elementwise(ACTIVATIONS[name])
    numbers = slope.tolist()
    return Elementwise(leaky_relu(numbers[0])) if len(set(numbers)) == 1 else LeakyRelu(slope)
