"""Networks of a size: the widest whose learned parameters stay within a budget, and players of matched sizes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import prod
from typing import Any, Final, TypeVar

from gansearch.dimensions import Float, Int, declared
from gansearch.errors import TrainingError
from gansearch.gan._base import Discriminator, Generator, Module, Network
from gansearch.records import Geometry

N = TypeVar("N", bound=Network)

PARAMETER_BUDGET: Final[dict[str, Any]] = {
    "default": None,
    "dimension": Int(10_000, 10_000_000, log=True),
    "meaning": "most numbers that the network may learn; where given, it is as wide as that allows",
    "limits": Int(1, 10_000_000_000),
}
"""The field ``parameter_budget`` of a network."""
CAPACITY_RATIO: Final[dict[str, Any]] = {
    "default": None,
    "dimension": Float(0.1, 10.0, log=True),
    "meaning": "numbers that it may learn for each one of the generator; where given, it is as wide as that allows",
    "limits": Float(1e-4, 1e4, log=True),
}
"""The field ``capacity_ratio`` of a discriminator."""


def learned(module: Module) -> int:
    """Numbers that one lane of a network learns; frozen parameters are not counted."""
    sizes = {each.name: prod(each.shape) for each in module.parameters if not each.is_frozen}
    return sum(sizes.values())


def sized(network: N, field: str, geometry: Geometry) -> N:
    """The network with the largest value of ``field`` whose parameters stay within its ``parameter_budget``.

    Args:
        network: with fields ``parameter_budget``, which is None in what is returned, and ``field``.
        field: whole numbers in which the count of parameters grows.
        geometry: of the samples.

    Raises:
        TrainingError: where even the smallest network has more parameters.
    """
    budget = getattr(network, "parameter_budget", None)
    if budget is None:
        return network

    def of(value: int) -> N:
        resized: N = replace(network, **{field: value, "parameter_budget": None})
        return resized

    limits = declared(type(network))[field].limits
    assert isinstance(limits, Int), f"{field} must be whole numbers"
    smallest = _count(of(limits.low), geometry)
    if smallest > budget:
        raise TrainingError(
            f"{_player(network)}.parameter_budget must be at least {smallest:,}, what {network.name} has where {field} "
            f"is {limits.low}, for samples of shape {geometry.shape}; got {budget:,}"
        )
    return of(_largest(lambda value: _count(of(value), geometry) <= budget, limits.low, limits.high))


def matched(discriminator: Discriminator, generator: Generator, geometry: Geometry) -> Discriminator:
    """The discriminator with ``capacity_ratio`` times the generator's count as its budget; itself without a ratio.

    Raises:
        TrainingError: where it has a budget already.
    """
    ratio = getattr(discriminator, "capacity_ratio", None)
    if ratio is None:
        return discriminator
    if getattr(discriminator, "parameter_budget", None) is not None:
        raise TrainingError(
            "discriminator.capacity_ratio and discriminator.parameter_budget exclude each other; got both"
        )
    budget = max(1, round(ratio * _count(generator, geometry)))
    fitting: Discriminator = replace(discriminator, parameter_budget=budget, capacity_ratio=None)  # type: ignore[call-arg]
    return fitting


def _largest(fits: Callable[[int], bool], low: int, high: int) -> int:
    """The largest number in [low, high] that fits, by bisection; ``low`` does, and numbers above one that does not."""
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


def _count(network: Network, geometry: Geometry) -> int:
    assert isinstance(network, (Generator, Discriminator)), f"{network} must be a generator or a discriminator"
    return learned(network.build(geometry))


def _player(network: Network) -> str:
    return "generator" if isinstance(network, Generator) else "discriminator"
