"""The five activation functions of the multi-layer perceptrons, by name.

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

_PLAIN: Final[Mapping[Activation, str]] = MappingProxyType(
    {
        ACTIVATIONS["relu"]: "nn.ReLU()",
        ACTIVATIONS["leaky_relu"]: f"nn.LeakyReLU({LEAKY_SLOPE})",
        ACTIVATIONS["elu"]: "nn.ELU()",
        ACTIVATIONS["gelu"]: "nn.GELU()",
        ACTIVATIONS["relu6"]: "nn.ReLU6()",
        torch.tanh: "nn.Tanh()",
    }
)


def plain_activation(function: Activation) -> str:
    """What makes the layer of ``torch.nn`` that applies ``function``.

    Raises:
        PluginError: where none is known.
    """
    if function not in _PLAIN:
        raise PluginError(
            f"the function {getattr(function, '__name__', function)} cannot be exported: it must be one of "
            f"{', '.join(ACTIVATIONS)}, tanh; a network with another one needs a method plain (gansearch/gan/plain.py)"
        )
    return _PLAIN[function]
