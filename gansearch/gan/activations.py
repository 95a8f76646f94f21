"""The five activation functions of the multi-layer perceptrons, by name.

Source: the grid of GAN training methods on MNIST that compares them; the slope 0.2 is that of DCGAN, arXiv:1511.06434.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final, TypeAlias

import torch.nn.functional as F
from torch import Tensor

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
