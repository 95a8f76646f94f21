"""The five activation functions between layers, by name, and the two that bound what a generator gives.

Source: the grid of GAN training methods on MNIST that compares them; the slope 0.2 is that of DCGAN, arXiv:1511.06434.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final, TypeAlias

import torch
import torch.nn.functional as F
from torch import Tensor

from gansearch.errors import PluginError
from gansearch.gan.plain import PlainLayer

Activation: TypeAlias = Callable[[Tensor], Tensor]
"""A function applied to every number alone, so that it couples neither lanes nor samples."""

LEAKY_SLOPE: Final = 0.2
"""Slope of ``leaky_relu`` below zero, unitless (torch's own default is 0.01)."""

ACTIVATIONS: Final[Mapping[str, Activation]] = MappingProxyType(
    {
        "relu": F.relu,
        "leaky_relu": partial(F.leaky_relu, negative_slope=LEAKY_SLOPE),
        "elu": F.elu,
        "gelu": F.gelu,
        "relu6": F.relu6,
    }
)


def leaky_relu(slope: float) -> Activation:
    """``max(0, x) + slope * min(0, x)``; the one of ``ACTIVATIONS`` where the slope is its."""
    return ACTIVATIONS["leaky_relu"] if slope == LEAKY_SLOPE else partial(F.leaky_relu, negative_slope=slope)


def scaled_sigmoid(inputs: Tensor) -> Tensor:
    """``2 sigmoid(x) - 1``: a sigmoid that spans [-1, 1], as the data do. It equals ``tanh(x / 2)``."""
    return 2 * torch.sigmoid(inputs) - 1


OUTPUTS: Final[Mapping[str, Activation]] = MappingProxyType({"tanh": torch.tanh, "sigmoid": scaled_sigmoid})
"""What bounds samples to [-1, 1], by name."""

_PLAIN: Final[Mapping[Activation, str]] = MappingProxyType(
    {
        ACTIVATIONS["relu"]: "nn.ReLU()",
        ACTIVATIONS["elu"]: "nn.ELU()",
        ACTIVATIONS["gelu"]: "nn.GELU()",
        ACTIVATIONS["relu6"]: "nn.ReLU6()",
        torch.tanh: "nn.Tanh()",
        scaled_sigmoid: "ScaledSigmoid()",
    }
)
_SCALED_SIGMOID: Final = '''\
class ScaledSigmoid(nn.Module):
    """A sigmoid that spans [-1, 1]."""

    def forward(self, inputs: Tensor) -> Tensor:
        return 2 * torch.sigmoid(inputs) - 1
'''


def plain_activation(function: Activation) -> PlainLayer:
    """The layer of ``torch.nn`` that applies ``function``.

    Raises:
        PluginError: where none is known.
    """
    if isinstance(function, partial) and function.func is F.leaky_relu:
        return PlainLayer(f"nn.LeakyReLU({function.keywords['negative_slope']})")
    if function not in _PLAIN:
        raise PluginError(
            f"the function {getattr(function, '__name__', function)} cannot be exported: it must be one of "
            f"{', '.join(ACTIVATIONS)}, {', '.join(OUTPUTS)}; a network with another one needs a method plain "
            "(gansearch/gan/plain.py)"
        )
    return PlainLayer(_PLAIN[function], sources=(_SCALED_SIGMOID,) if function is scaled_sigmoid else ())
