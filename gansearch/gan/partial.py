"""Layers that only some lanes of a pack have: each is applied to the runs of neighbouring lanes that have it.

Where lanes stand in order of their depth, a layer's lanes are the first ones of the pack: one run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import TypeAlias, TypeVar

import torch
from torch import Tensor

from gansearch.gan._base import Draws, Module, Parameter, WithoutParameters
from gansearch.gan.layers import elementwise

T = TypeVar("T")
Level: TypeAlias = Callable[[int, range], tuple[Module, ...]]
"""Gives the layers of one level, counted from 0, for a run of lanes; those of other lanes have the same parameters."""


@dataclass(frozen=True)
class Stage:
    """Layers that a run of lanes has in common, and the stages that parts of the run go on through."""

    lanes: range
    count: int
    """K, the number of lanes of the pack."""
    layers: tuple[Module, ...]
    parts: tuple[Stage, ...]
    """One for each run that goes on by itself, in the order of the lanes; empty where none goes on."""

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those of the layers, then those of the parts: one whose lanes are several runs stands there several times."""
        return (*self._own, *(parameter for part in self.parts for parameter in part.parameters))

    def __call__(self, parameters: Mapping[str, Tensor], inputs: Tensor, draws: Draws | None) -> Tensor:
        """Take every lane as far as it goes."""
        outputs = list(self._outputs(parameters, inputs, draws))
        return outputs[0] if len(outputs) == 1 else torch.cat(outputs)

    def _outputs(self, parameters: Mapping[str, Tensor], inputs: Tensor, draws: Draws | None) -> Iterator[Tensor]:
        """What comes out of each run of lanes; put together once, since nothing mixes lanes on the way."""
        own = {parameter.name: parameters[parameter.key] for parameter in self._own}
        own_draws = draws.lanes(*self._run) if draws is not None and self._run is not None else draws
        for layer in self.layers:
            inputs = layer(own, inputs, own_draws)
        if not self.parts:
            yield inputs
            return
        # The gradient of a split is laid together in one piece; that of a slice would be padded with zeros, and added.
        slices = torch.split(inputs, [len(part.lanes) for part in self.parts])
        for part, section in zip(self.parts, slices, strict=True):
            yield from part._outputs(parameters, section, draws)

    @cached_property
    def _own(self) -> tuple[Parameter, ...]:
        return tuple(replace(parameter, lanes=self._run) for layer in self.layers for parameter in layer.parameters)

    @property
    def _run(self) -> tuple[int, int] | None:
        """As ``Parameter.lanes``."""
        return None if len(self.lanes) == self.count else (self.lanes.start, self.lanes.stop)


@dataclass(frozen=True)
class ElementwiseByRun(WithoutParameters):
    """A function of every number alone, another one for each run of lanes."""

    functions: tuple[Callable[[Tensor], Tensor], ...]
    sizes: tuple[int, ...]
    """Lanes of each run."""

    def __call__(self, parameters: Mapping[str, Tensor], inputs: Tensor, draws: Draws | None) -> Tensor:
        """Keep the shape."""
        sections = torch.split(inputs, list(self.sizes))
        return torch.cat([elementwise(one, part) for one, part in zip(self.functions, sections, strict=True)])


@dataclass(frozen=True, eq=False)
class ByRun(WithoutParameters):
    """Layers without parameters, another one for each run of lanes."""

    layers: tuple[Module, ...]
    sizes: tuple[int, ...]
    """Lanes of each run."""

    def __call__(self, parameters: Mapping[str, Tensor], inputs: Tensor, draws: Draws | None) -> Tensor:
        """Apply each layer to its lanes; it is given no draws."""
        sections = torch.split(inputs, list(self.sizes))
        return torch.cat([layer({}, part, None) for layer, part in zip(self.layers, sections, strict=True)])


def staged(depths: Sequence[int], level: Level) -> Stage:
    """Levels one after the other, of which each lane goes through the first ``depths`` [K] ones."""
    return _stage(depths, level, 0, range(len(depths)), ())


def _stage(depths: Sequence[int], level: Level, done: int, lanes: range, layers: tuple[Module, ...]) -> Stage:
    """The stage of a run of lanes that have ``done`` levels behind them, the last of them as ``layers``."""
    going_on = runs([depths[lane] > done for lane in lanes], lanes.start)
    if len(going_on) > 1:
        parts = tuple(_stage(depths, level, done, run, ()) for _, run in going_on)
        return Stage(lanes, len(depths), layers, parts)
    if not going_on[0][0]:
        return Stage(lanes, len(depths), layers, ())
    return _stage(depths, level, done + 1, lanes, (*layers, *level(done, lanes)))


def runs(values: Sequence[T], first: int = 0) -> list[tuple[T, range]]:
    """Each value with the places, counted from ``first``, at which it stands without another between."""
    found: list[tuple[T, range]] = []
    for value, group in groupby(values):
        size = sum(1 for _ in group)
        found.append((value, range(first, first + size)))
        first += size
    return found
