"""First values of the parameters, drawn per lane from that lane's own stream.

Sources: ``he`` He et al. 2015, arXiv:1502.01852; ``normal_02`` Radford et al. 2016 (DCGAN), arXiv:1511.06434;
``orthogonal`` Saxe et al. 2014, arXiv:1312.6120; ``torch`` is what ``torch.nn.Linear`` does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Protocol, TypeAlias

import torch
from torch import Tensor

from gansearch.gan._base import Parameter


class Source(Protocol):
    """Random numbers, one stream per lane; each consumer names itself."""

    def normal(self, consumer: str, shape: tuple[int, ...]) -> Tensor:
        """Standard normal numbers [K, *shape]."""
        ...

    def uniform(self, consumer: str, shape: tuple[int, ...]) -> Tensor:
        """Numbers uniform in [0, 1), [K, *shape]."""
        ...


Initialisation: TypeAlias = Callable[[Parameter, Source], Tensor]
"""Gives the first values [K, *shape] of one parameter."""


def torch_default(parameter: Parameter, source: Source) -> Tensor:
    """Uniform in ``+-1 / sqrt(fan_in)``, weights and biases alike. Deep generators are born collapsed under it."""
    bound = 1 / math.sqrt(parameter.fan_in)
    return source.uniform(parameter.name, parameter.shape).mul_(2 * bound).sub_(bound)


def he(parameter: Parameter, source: Source) -> Tensor:
    """Normal with variance ``2 / fan_in``, which keeps the size of what passes through rectifiers; biases zero."""
    return _normal(parameter, source, math.sqrt(2 / parameter.fan_in))


def normal_02(parameter: Parameter, source: Source) -> Tensor:
    """Normal with standard deviation 0.02 at any fan-in; biases zero."""
    return _normal(parameter, source, 0.02)


def orthogonal(parameter: Parameter, source: Source) -> Tensor:
    """A weight [out, in * ...] with orthonormal rows, or columns where it has more rows; biases zero."""
    normal = source.normal(parameter.name, parameter.shape)
    if parameter.is_bias:
        return normal.zero_()
    matrix = normal.flatten(2)
    is_wide = matrix.shape[1] < matrix.shape[2]
    basis, upper = torch.linalg.qr(matrix.mT if is_wide else matrix)
    # Without the signs, the factorisation's own convention would favour some directions.
    basis = basis * upper.diagonal(dim1=1, dim2=2).sign()[:, None]
    weight: Tensor = basis.mT if is_wide else basis
    return weight.reshape(normal.shape)


def _normal(parameter: Parameter, source: Source, std: float) -> Tensor:
    normal = source.normal(parameter.name, parameter.shape)
    return normal.zero_() if parameter.is_bias else normal.mul_(std)


INITIALISATIONS: Final[Mapping[str, Initialisation]] = MappingProxyType(
    {"torch": torch_default, "he": he, "normal_02": normal_02, "orthogonal": orthogonal}
)
