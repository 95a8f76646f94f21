"""Multi-layer perceptrons: alternating linear, activation and dropout layers, as in GAN training methods on MNIST.

Lanes of one pack may differ in depth and activation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import ClassVar, Final

import torch
from torch import Tensor

from gansearch.dimensions import Choice, Float, Int, static, traced
from gansearch.gan._base import Discriminator, Generator, Module, Network, Parameter
from gansearch.gan.activations import ACTIVATIONS
from gansearch.gan.initialisation import INITIALISATIONS
from gansearch.gan.layers import Dropout, Elementwise, Linear, Reshape, Sequential, may_drop
from gansearch.gan.partial import ElementwiseByRun, runs, staged
from gansearch.records import Geometry

_OUTPUT: Final = "output"
"""Name of the output layer; the same at any depth, since all lanes share it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Mlp(Network):
    """What the two players' configurations share."""

    layers: int | tuple[int, ...] = static(3, Int(2, 20), "linear layers", limits=Int(1, 100), mixed=True)
    width: int = static(256, Int(64, 1024, log=True), "outputs of every layer but the last", limits=Int(1, 16384))
    activation: str | tuple[str, ...] = static(
        "leaky_relu",
        Choice(tuple(ACTIVATIONS)),
        "activation function after every linear layer but the last",
        mixed=True,
    )
    dropout: float | Tensor = traced(
        0.0, Float(0.0, 0.9), "probability that an output of an activation is dropped", limits=Float(0.0, 0.99)
    )
    init: str = static("he", Choice(tuple(INITIALISATIONS)), "how the parameters are first drawn")

    @property
    def initialisation(self) -> str:
        """Name of the initialisation, one of ``INITIALISATIONS``."""
        return self.init

    def structure(self) -> Mapping[str, object]:
        """A single layer leads from the input to the output, so that its weight has another shape."""
        return {"has_hidden_layers": self.layers != 1}

    def _stack(self, in_features: int, out_features: int) -> tuple[Module, ...]:
        """The hidden layers and the output layer; plain ones where no lane differs from another."""
        is_deep = self.layers != 1
        output = Linear(_OUTPUT, self.width if is_deep else in_features, out_features)
        if isinstance(self.layers, int) and isinstance(self.activation, str):
            activation = Elementwise(ACTIVATIONS[self.activation])
            levels = (self._level(index, in_features, activation, self.dropout) for index in range(self.layers - 1))
            return (*(layer for level in levels for layer in level), output)
        return (self._mixed(in_features), output)

    def _mixed(self, in_features: int) -> Module:
        """The hidden layers of lanes that differ."""
        several = self.layers if isinstance(self.layers, tuple) else self.activation
        assert isinstance(several, tuple)
        depths = self.layers if isinstance(self.layers, tuple) else (self.layers,) * len(several)
        activations = self.activation if isinstance(self.activation, tuple) else (self.activation,) * len(several)

        @cache  # one tensor for all levels, as ``Draws`` likes it
        def dropout(lanes: range) -> float | Tensor:
            return self.dropout[lanes.start : lanes.stop] if isinstance(self.dropout, Tensor) else self.dropout

        def level(index: int, lanes: range) -> tuple[Module, ...]:
            activation = _activation(activations[lanes.start : lanes.stop])
            return self._level(index, in_features, activation, dropout(lanes))

        return staged([depth - 1 for depth in depths], level)

    def _level(self, index: int, in_features: int, activation: Module, dropout: float | Tensor) -> tuple[Module, ...]:
        """A hidden layer, counted from 0, the activation, and dropout where any lane drops."""
        linear = Linear(f"linear.{index}", in_features if index == 0 else self.width, self.width)
        drop = (Dropout(f"dropout.{index}", dropout),) if may_drop(dropout) else ()
        return (linear, activation, *drop)


@dataclass(frozen=True)
class _OutputFirst(Sequential):
    """Layers one after the other; the parameters of the output layer stand before those of the hidden ones.

    So a lane's parameters lie side by side among those of deeper lanes, which have more behind them.
    """

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those of the output layer, then those of the hidden layers in their order."""
        return tuple(sorted(super().parameters, key=lambda each: not each.name.startswith(f"{_OUTPUT}.")))


def _activation(names: tuple[str, ...]) -> Module:
    """The activation of lanes that may differ in it."""
    found = runs(names)
    functions = tuple(ACTIVATIONS[name] for name, _ in found)
    if len(functions) == 1:
        return Elementwise(functions[0])
    return ElementwiseByRun(functions, tuple(len(lanes) for _, lanes in found))


@dataclass(frozen=True, kw_only=True, eq=False)
class MlpGenerator(_Mlp, Generator):
    """Latents [K, B, latent_size] to samples [K, B, *shape]; ends in tanh where samples are bounded."""

    name: ClassVar[str] = "mlp"

    latent_size: int = static(100, Int(2, 128, log=True), "numbers in one latent vector", limits=Int(1, 16384))

    def build(self, geometry: Geometry) -> Module:
        """The network for samples of this geometry."""
        bounding = (Elementwise(torch.tanh),) if geometry.bounded else ()
        return _OutputFirst((*self._stack(self.latent_size, geometry.numel), *bounding, Reshape(geometry.shape)))


@dataclass(frozen=True, kw_only=True, eq=False)
class MlpDiscriminator(_Mlp, Discriminator):
    """Samples [K, B, *shape] to logits [K, B]."""

    name: ClassVar[str] = "mlp"

    layers: int | tuple[int, ...] = static(2, Int(2, 20), "linear layers", limits=Int(1, 100), mixed=True)

    def build(self, geometry: Geometry) -> Module:
        """The network for samples of this geometry."""
        return _OutputFirst((Reshape((geometry.numel,)), *self._stack(geometry.numel, 1), Reshape(())))
