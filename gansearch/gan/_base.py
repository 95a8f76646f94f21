"""What a network and a loss are. Everything has an explicit lane axis, first: [K, B, ...].

A network's configuration is a frozen dataclass whose fields are its search dimensions. ``build`` turns it into a
``Module``: lane-wise layers that read their parameters from a mapping and their random numbers from ``Draws``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from gansearch.errors import TrainingError
from gansearch.gan.plain import PlainModule, plain_module
from gansearch.plugins import Factual, Registry
from gansearch.records import Facts, Geometry


@dataclass(frozen=True)
class Parameter:
    """One parameter of a network, per lane."""

    name: str
    shape: tuple[int, ...]
    """Without the lane axis; a weight is (out, in, ...), that of a transposed convolution (in, out, ...)."""
    fan_in: int
    """Numbers that one output is a sum of."""
    is_bias: bool = False
    is_scale: bool = False
    """Multiplies what a normalisation has brought to unit variance: starts at 1, whatever the fan-in."""
    is_shift: bool = False
    """Is added to what a normalisation has brought to mean zero: starts at 0."""
    is_frozen: bool = False
    """Keeps its first values: no gradient reaches it."""
    is_transposed: bool = False
    """Lies in memory with its last two axes exchanged, as the gradient of a product does: bringing that into another
    order took a third of a step."""
    is_latents: bool = False
    """Starts as standard normal numbers, whatever the initialisation (a reference batch of latents)."""
    follows: Callable[[Tensor], Tensor] | None = None
    """Of a frozen one: gives its values [K, *shape] from the lanes' generator updates done [K], at every step."""
    lanes: tuple[int, int] | None = None
    """The first lane that has it and the one after the last; None where all have it."""

    @property
    def key(self) -> str:
        """Under which a network finds its values: the name, and the lanes where not all have it."""
        return self.name if self.lanes is None else f"{self.name}@{self.lanes[0]}:{self.lanes[1]}"

    @property
    def rows(self) -> slice:
        """The lanes that have it."""
        return slice(None) if self.lanes is None else slice(*self.lanes)


class Draws(Protocol):
    """Random numbers for one pass, one stream per lane; each consumer names itself."""

    @property
    def is_sampling(self) -> bool:
        """Whether samples are drawn for an evaluation, rather than for an update."""
        ...

    def keep_mask(self, consumer: str, shape: tuple[int, ...], p: Tensor) -> Tensor:
        """A dropout mask [K, *shape]: 1 / (1 - p) where kept, 0 where dropped; ``p`` has shape [K]."""
        ...

    def normal(self, consumer: str, shape: tuple[int, ...]) -> Tensor:
        """Standard normal numbers [K, *shape]."""
        ...

    def lanes(self, start: int, stop: int) -> Draws:
        """The random numbers of the lanes from ``start`` up to ``stop`` alone: the same as beside the others."""
        ...


class Module(Protocol):
    """A built network: pure function of its parameters, its input and its draws."""

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Every parameter, in a fixed order."""
        ...

    def __call__(self, parameters: Mapping[str, Tensor], inputs: Tensor, draws: Draws | None) -> Tensor:
        """Apply the network.

        Args:
            parameters: [K, *shape] by name.
            inputs: latents [K, B, Z] for a generator, samples [K, B, *shape] for a discriminator.
            draws: random numbers; None switches dropout and noise off. Where ``draws.is_sampling``, only what a
                network is told to draw when sampling too is drawn.

        Returns:
            Samples [K, B, *shape] for a generator, scores (logits) [K, B] for a discriminator.
        """
        ...


class WithoutParameters:
    """What a layer is that learns nothing."""

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """None."""
        return ()


@dataclass(frozen=True)
class Divided:
    """A discriminator in two parts: what makes features of a sample, and what makes the score of features."""

    trunk: Module
    """Samples [K, B, *shape] to features [K, B, features]."""
    head: Module
    """Features [K, B, features + added] to scores [K, B]."""
    features: int

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those of the trunk, then those of the head."""
        return (*self.trunk.parameters, *self.head.parameters)

    def __call__(self, parameters: Mapping[str, Tensor], inputs: Tensor, draws: Draws | None) -> Tensor:
        """Scores [K, B] of samples; where features are added, the parts are called one by one instead."""
        return self.head(parameters, self.trunk(parameters, inputs, draws), draws)


@dataclass(frozen=True, kw_only=True, eq=False)
class Network(Factual):
    """A network's configuration."""

    facts: ClassVar[Facts] = Facts()

    @classmethod
    def misfit(cls, geometry: Geometry) -> str | None:  # noqa: ARG003 (most take any samples)
        """What samples it needs instead of such ones, as ``images, [C, H, W]``; None where it takes these."""
        return None

    def check_fit(self, geometry: Geometry) -> None:
        """Refuse samples that the network does not take.

        Raises:
            TrainingError: with what it needs.
        """
        needed = self.misfit(geometry)
        if needed is not None:
            player = "discriminator" if isinstance(self, Discriminator) else "generator"
            asked = f"{player}.architecture {self.name} needs {needed}"
            raise TrainingError(f"{asked}; got samples of shape {geometry.shape}")

    @property
    def initialisation(self) -> str:
        """Name of the initialisation of its weights: torch, he, normal_02, orthogonal, or own (the module's)."""
        raise NotImplementedError

    def structure(self) -> Mapping[str, object]:
        """What follows from fields that lanes of one pack may differ in, and must be equal all the same; by name."""
        return {}

    def one_lane_reason(self, geometry: Geometry) -> str | None:
        """Why it can only be trained as a pack of one lane, for samples of this geometry; None where it can in any."""
        return None


class Generator(Network):
    """Maps latents [K, B, Z] to samples [K, B, *shape]."""

    @property
    def latent_size(self) -> int:
        """Z, the number of latents per sample."""
        raise NotImplementedError

    def build(self, geometry: Geometry) -> Module:
        """The network for samples of this geometry."""
        raise NotImplementedError

    def plain(self, geometry: Geometry) -> PlainModule:
        """One lane of the network as plain PyTorch, for generators that are exported.

        What is built from lane-wise layers in a ``Sequential`` has it from them; anything else must override this.

        Raises:
            PluginError: where it is not known, with what to add.
        """
        module = self.build(geometry)
        return plain_module(getattr(module, "layers", (module,)), type(self).__name__)


class Discriminator(Network):
    """Maps samples [K, B, *shape] to scores [K, B]. It has ``build`` or ``divided`` of its own."""

    def build(self, geometry: Geometry) -> Module:
        """The network for samples of this geometry."""
        return self.divided(geometry)

    def divided(self, geometry: Geometry, added: int = 0) -> Divided:
        """The network in two parts, for tricks that work on its features; what says ``gives_features`` has it.

        Args:
            geometry: of the samples.
            added: numbers that are put behind the features before the head gets them.
        """
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True, eq=False)
class Loss(Factual):
    """A pair of losses on scores: logits, unless the loss says otherwise."""

    facts: ClassVar[Facts] = Facts()
    is_paired: ClassVar[bool] = False
    """Whether the generator's loss compares fake scores with real ones: ``paired_generator`` takes its place."""

    def discriminator(
        self,
        *,
        real: Float[Tensor, "K B"],
        fake: Float[Tensor, "K B"],
        real_labels: Float[Tensor, "K B"],
        fake_labels: Float[Tensor, "K B"],
    ) -> Float[Tensor, " K"]:
        """The discriminator's loss per lane."""
        raise NotImplementedError

    def generator(self, *, fake: Float[Tensor, "K B"], labels: Float[Tensor, "K B"]) -> Float[Tensor, " K"]:
        """The generator's loss per lane; ``labels`` are what the generator wants the discriminator to say."""
        raise NotImplementedError

    def paired_generator(self, *, real: Float[Tensor, "K B"], fake: Float[Tensor, "K B"]) -> Float[Tensor, " K"]:
        """The generator's loss per lane, of a loss that is paired."""
        raise NotImplementedError

    def says_real(self, scores: Float[Tensor, "K B"]) -> Bool[Tensor, "K B"]:
        """Whether a score takes its sample for a real one; logits do above 0."""
        return scores > 0

    def floor(self, *, real_labels: Float[Tensor, "K B"], fake_labels: Float[Tensor, "K B"]) -> Float[Tensor, " K"]:
        """The lowest discriminator's loss that the targets allow, per lane; NaN where there is none."""
        return torch.full_like(real_labels[:, 0], torch.nan)

    def initial_state(self) -> Mapping[str, Tensor]:
        """What of the loss changes while it trains, [K] tensors by name, at step 0; called on a pack's loss."""
        return {}

    def at(self, state: Mapping[str, Tensor]) -> Loss:
        """The loss with that state; itself where it has none."""
        return self

    def move(self, state: Mapping[str, Tensor], *, real: Float[Tensor, "K B"], fake: Float[Tensor, "K B"]) -> None:
        """Change the state in place after a discriminator's update with these scores; no gradient is recorded."""


generators: Registry[Generator] = Registry("generator", Generator, "gansearch.gan")
discriminators: Registry[Discriminator] = Registry("discriminator", Discriminator, "gansearch.gan")
losses: Registry[Loss] = Registry("loss", Loss, "gansearch.gan")
