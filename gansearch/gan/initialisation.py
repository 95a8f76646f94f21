"""First values of the parameters, drawn per lane from that lane's own stream.

Sources: ``he`` He et al. 2015, arXiv:1502.01852; ``normal_02`` Radford et al. 2016 (DCGAN), arXiv:1511.06434;
``orthogonal`` Saxe et al. 2014, arXiv:1312.6120; ``torch`` is what ``torch.nn.Linear`` does. The scale of a
normalisation starts at 1 and its shift at 0 under each, but that ``normal_02`` draws the scale around 1. ``own`` is
what a user's module draws by itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, Protocol, TypeAlias, runtime_checkable

import torch
from torch import Tensor

from gansearch.errors import PluginError
from gansearch.gan._base import Module, Parameter


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
    if parameter.is_scale or parameter.is_shift:
        return _constant(parameter, source)
    bound = 1 / math.sqrt(parameter.fan_in)
    return source.uniform(parameter.name, parameter.shape).mul_(2 * bound).sub_(bound)


def he(parameter: Parameter, source: Source) -> Tensor:
    """Normal with variance ``2 / fan_in``, which keeps the size of what passes through rectifiers; biases zero."""
    if parameter.is_scale:
        return _constant(parameter, source)
    return _normal(parameter, source, math.sqrt(2 / parameter.fan_in))


def normal_02(parameter: Parameter, source: Source) -> Tensor:
    """Normal with standard deviation 0.02 at any fan-in; biases zero.

    Scales too: around 1, as the DCGAN authors' own code draws them (the paper speaks of weights alone).
    """
    numbers = _normal(parameter, source, 0.02)
    return numbers.add_(1) if parameter.is_scale else numbers


def orthogonal(parameter: Parameter, source: Source) -> Tensor:
    """A weight [out, in * ...] with orthonormal rows, or columns where it has more rows; biases zero.

    The weight of a transposed convolution is taken as it is stored, [in, out * ...], as ``torch.nn.init`` does.
    """
    if parameter.is_scale:
        return _constant(parameter, source)
    normal = source.normal(parameter.name, parameter.shape)
    if parameter.is_bias or parameter.is_shift:
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
    return normal.zero_() if parameter.is_bias or parameter.is_shift else normal.mul_(std)


def _constant(parameter: Parameter, source: Source) -> Tensor:
    """Ones for a scale, zeros for a shift. The draw that nobody sees says where the lanes are, and how many."""
    return source.normal(parameter.name, parameter.shape).fill_(float(parameter.is_scale))


INITIALISATIONS: Final[Mapping[str, Initialisation]] = MappingProxyType(
    {"torch": torch_default, "he": he, "normal_02": normal_02, "orthogonal": orthogonal}
)

OWN: Final = "own"
"""Name of the initialisation that a module brings with it; no choice for those of this package, which bring none."""


@runtime_checkable
class SelfInitialised(Protocol):
    """A module that draws its own first values."""

    def initial_values(self, source: Source) -> Mapping[str, Tensor]:
        """First values [K, *shape] of every parameter, by name."""
        ...


def first_values(module: Module, initialisation: str, source: Source) -> list[Tensor]:
    """First values [K, *shape] of every parameter, in the order of the module; lanes that lack it have some too.

    Raises:
        PluginError: where the module is to bring its own and has none.
    """
    if initialisation != OWN:
        return drawn_values(module.parameters, initialisation, source)
    if not isinstance(module, SelfInitialised):
        raise PluginError(f"the initialisation {OWN!r} needs a module with initial_values; got {module!r}")
    own = module.initial_values(source)
    return [own[parameter.name] for parameter in module.parameters]


def drawn_values(parameters: Sequence[Parameter], initialisation: str, source: Source) -> list[Tensor]:
    """First values [K, *shape] of parameters, in their order; beside a module that brings its own, those of ``he``."""
    initialise = INITIALISATIONS["he" if initialisation == OWN else initialisation]
    # Once for each name, for all lanes: a lane's values must not depend on which others have the parameter.
    once = {parameter.name: parameter for parameter in parameters}
    drawn = {
        name: source.normal(name, parameter.shape) if parameter.is_latents else initialise(parameter, source)
        for name, parameter in once.items()
    }
    return [drawn[parameter.name] for parameter in parameters]
