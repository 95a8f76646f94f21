"""Multi-layer perceptrons: alternating linear, activation and dropout layers, as in GAN training methods on MNIST.

Lanes of one pack may differ in depth and activation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import ClassVar, Final

from torch import Tensor

from gansearch.dimensions import Choice, Float, Int, static, traced
from gansearch.gan._base import Discriminator, Divided, Generator, Module, Network, Parameter
from gansearch.gan.activations import ACTIVATIONS, OUTPUTS
from gansearch.gan.growth import FADE, GROW_EVERY, Gate, Grown
from gansearch.gan.initialisation import INITIALISATIONS
from gansearch.gan.layers import Dropout, Elementwise, Linear, Reshape, Sequential, may_drop
from gansearch.gan.leaky_relu import SLOPE, activation_layer
from gansearch.gan.maxout import MAXOUT, PIECES, Maxout
from gansearch.gan.noise import (
    DROPOUT_WHEN_SAMPLING,
    NOISE,
    NOISE_WHEN_SAMPLING,
    Noise,
)
from gansearch.gan.partial import ByRun, ElementwiseByRun, runs, staged
from gansearch.gan.sizing import CAPACITY_RATIO, PARAMETER_BUDGET, sized
from gansearch.gan.virtual_batch import (
    COUPLING,
    NONE,
    REFERENCE_SIZE,
    VIRTUAL,
    normalisation_layers,
    with_reference,
)
from gansearch.records import Facts, Geometry

_OUTPUT: Final = "output"
"""Name of the output layer; the same at any depth, since all lanes share it."""
_NORMALISATION: Final = "what brings the numbers before an activation to mean 0 and variance 1"


@dataclass(frozen=True, eq=False)
class _Run:
    """What a run of lanes has in common at every level."""

    lanes: slice
    activation: Module
    dropout: float | Tensor
    """One tensor for all levels, as ``Draws`` likes it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Mlp(Network):
    """What the two players' configurations share."""

    layers: int | tuple[int, ...] = static(3, Int(2, 20), "linear layers", limits=Int(1, 100), mixed=True)
    width: int = static(256, Int(64, 1024, log=True), "outputs of every layer but the last", limits=Int(1, 16384))
    activation: str | tuple[str, ...] = static(
        "leaky_relu",
        Choice((*ACTIVATIONS, MAXOUT)),
        "activation function after every linear layer but the last",
        mixed=True,
    )
    dropout: float | Tensor = traced(
        0.0, Float(0.0, 0.9), "probability that an output of an activation is dropped", limits=Float(0.0, 0.99)
    )
    init: str = static("he", Choice(tuple(INITIALISATIONS)), "how the parameters are first drawn")
    slope: float | Tensor = traced(**SLOPE)
    pieces: int = static(**PIECES)
    normalisation: str = static(
        NONE, Choice((NONE, "batch", "layer")), _NORMALISATION, implies={"batch": COUPLING["batch"]}
    )
    grow_every: int | None = static(**GROW_EVERY)
    fade: int = static(**FADE)
    parameter_budget: int | None = static(**PARAMETER_BUDGET)

    @property
    def initialisation(self) -> str:
        """Name of the initialisation, one of ``INITIALISATIONS``."""
        return self.init

    def structure(self) -> Mapping[str, object]:
        """A single layer leads from the input to the output, so that its weight has another shape.

        Maxout has several outputs for one of another activation; what a budget leaves for the width is a matter of
        the depth.
        """
        by_budget = {} if self.parameter_budget is None else {"depth": self.layers}
        return {"has_hidden_layers": self.layers != 1, "has_maxout": self._has_maxout, **by_budget}

    @property
    def _has_maxout(self) -> bool:
        """Whether all lanes have it: none may stand beside others."""
        return MAXOUT in (self.activation if isinstance(self.activation, tuple) else (self.activation,))

    @property
    def _reference(self) -> int:
        """Samples of the reference batch."""
        return 0

    def _last(self, in_features: int, out_features: int, added: int = 0) -> Linear:
        """The output layer; ``added`` numbers stand behind what the hidden layers give."""
        return Linear(_OUTPUT, (self.width if self.layers != 1 else in_features) + added, out_features)

    def _hidden(self, in_features: int) -> tuple[Module, ...]:
        """The hidden layers; plain ones where no lane differs from another."""
        if isinstance(self.layers, int) and isinstance(self.activation, str):
            run = _Run(slice(None), self._activation((self.activation,), self.slope), self.dropout)
            levels = (self._level(index, in_features, run) for index in range(self.layers - 1))
            return tuple(layer for level in levels for layer in level)
        return (self._mixed(in_features),)

    def _mixed(self, in_features: int) -> Module:
        """The hidden layers of lanes that differ."""
        several = self.layers if isinstance(self.layers, tuple) else self.activation
        assert isinstance(several, tuple)
        depths = self.layers if isinstance(self.layers, tuple) else (self.layers,) * len(several)
        activations = self.activation if isinstance(self.activation, tuple) else (self.activation,) * len(several)

        @cache
        def run(lanes: range) -> _Run:
            own = slice(lanes.start, lanes.stop)
            activation = self._activation(activations[own], _of(self.slope, own))
            return _Run(own, activation, _of(self.dropout, own))

        def level(index: int, lanes: range) -> tuple[Module, ...]:
            return self._level(index, in_features, run(lanes))

        return staged([depth - 1 for depth in depths], level)

    def _level(self, index: int, in_features: int, run: _Run) -> tuple[Module, ...]:
        """A hidden layer, counted from 0, normalisation, the activation, and what follows it."""
        channels = self.width * (self.pieces if self._has_maxout else 1)
        inputs = in_features if index == 0 else self.width
        level = (
            Linear(f"linear.{index}", inputs, channels, has_bias=self.normalisation == NONE),
            *normalisation_layers(self.normalisation, f"norm.{index}", channels, self._reference, of_vectors=True),
            run.activation,
            *self._after(index, run),
        )
        if self.grow_every is None or index == 0:
            return level
        return (Grown(f"gate.{index}", level, Gate(index * self.grow_every, self.fade)),)

    def _after(self, index: int, run: _Run) -> tuple[Module, ...]:
        """What follows an activation."""
        return self._dropout(index, run)

    def _dropout(self, index: int, run: _Run, when_sampling: bool = False) -> tuple[Module, ...]:
        """Dropout where any lane drops."""
        return (Dropout(f"dropout.{index}", run.dropout, when_sampling),) if may_drop(run.dropout) else ()

    def _activation(self, names: tuple[str, ...], slope: float | Tensor) -> Module:
        """The activation of lanes that may differ in it."""
        if self._has_maxout:
            return Maxout(self.pieces)
        found = runs(names)
        if len(found) == 1:
            return activation_layer(names[0], slope)
        layers = tuple(activation_layer(name, _of(slope, slice(lanes.start, lanes.stop))) for name, lanes in found)
        sizes = tuple(len(lanes) for _, lanes in found)
        functions = tuple(layer.function for layer in layers if isinstance(layer, Elementwise))
        return ElementwiseByRun(functions, sizes) if len(functions) == len(layers) else ByRun(layers, sizes)


def _of(value: float | Tensor, lanes: slice) -> float | Tensor:
    """The part of a traced value that belongs to some lanes."""
    return value[lanes] if isinstance(value, Tensor) else value


@dataclass(frozen=True)
class _OutputFirst(Sequential):
    """Layers one after the other; the parameters of the output layer stand before those of the hidden ones.

    So a lane's parameters lie side by side among those of deeper lanes, which have more behind them.
    """

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those of the output layer, then those of the hidden layers in their order."""
        return tuple(sorted(super().parameters, key=lambda each: not each.name.startswith(f"{_OUTPUT}.")))


@dataclass(frozen=True)
class _HeadFirst(Divided):
    """A discriminator whose head's parameters stand first, for the same reason."""

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those of the head, then those of the trunk."""
        return (*self.head.parameters, *self.trunk.parameters)


@dataclass(frozen=True, kw_only=True, eq=False)
class MlpGenerator(_Mlp, Generator):
    """Latents [K, B, latent_size] to samples [K, B, *shape]; ends in ``output`` where samples are bounded."""

    name: ClassVar[str] = "mlp"

    normalisation: str = static(NONE, Choice((NONE, "batch", "layer", *VIRTUAL)), _NORMALISATION, implies=COUPLING)
    latent_size: int = static(100, Int(2, 128, log=True), "numbers in one latent vector", limits=Int(1, 16384))
    output: str = static("tanh", Choice(tuple(OUTPUTS)), "what bounds samples where the data are bounded")
    noise: float | Tensor = traced(**NOISE)
    noise_when_sampling: bool = static(**NOISE_WHEN_SAMPLING)
    dropout_when_sampling: bool = static(**DROPOUT_WHEN_SAMPLING)
    reference_size: int = static(**REFERENCE_SIZE)

    def build(self, geometry: Geometry) -> Module:
        """The network for samples of this geometry.

        Raises:
            TrainingError: where even the narrowest network has more parameters than its budget.
        """
        if self.parameter_budget is not None:
            return sized(self, "width", geometry).build(geometry)
        bounding = (Elementwise(OUTPUTS[self.output]),) if geometry.bounded else ()
        hidden, output = self._hidden(self.latent_size), self._last(self.latent_size, geometry.numel)
        kind = self.normalisation if self.layers != 1 else NONE
        layers = with_reference(kind, self._reference, self.latent_size, (*hidden, output))
        return _OutputFirst((*layers, *bounding, Reshape(geometry.shape)))

    @property
    def _reference(self) -> int:
        return self.reference_size

    def _after(self, index: int, run: _Run) -> tuple[Module, ...]:
        """Noise and dropout, each where any lane has it."""
        noise = _of(self.noise, run.lanes)
        return (
            *((Noise(f"noise.{index}", noise, self.noise_when_sampling),) if may_drop(noise) else ()),
            *self._dropout(index, run, self.dropout_when_sampling),
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class MlpDiscriminator(_Mlp, Discriminator):
    """Samples [K, B, *shape] to logits [K, B]."""

    name: ClassVar[str] = "mlp"
    facts: ClassVar[Facts] = Facts(gives_features=True)

    layers: int | tuple[int, ...] = static(2, Int(2, 20), "linear layers", limits=Int(1, 100), mixed=True)
    capacity_ratio: float | None = static(**CAPACITY_RATIO)

    def divided(self, geometry: Geometry, added: int = 0) -> Divided:
        """The features are the outputs of the last hidden layer; the samples themselves where there is none."""
        if self.parameter_budget is not None:
            return sized(self, "width", geometry).divided(geometry, added)
        output = self._last(geometry.numel, 1, added)
        trunk = Sequential((Reshape((geometry.numel,)), *self._hidden(geometry.numel)))
        return _HeadFirst(trunk, Sequential((output, Reshape(()))), output.in_features - added)
