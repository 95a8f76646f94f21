"""What a network and a loss are. Everything has an explicit lane axis, first: [K, B, ...].

A network's configuration is a frozen dataclass whose fields are its search dimensions. ``build`` turns it into a
``Module``: lane-wise layers that read their parameters from a mapping and their random numbers from ``Draws``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from jaxtyping import Float
from torch import Tensor

from gansearch.plugins import Plugin, Registry
from gansearch.records import Facts, Geometry


@dataclass(frozen=True)
class Parameter:
    """One parameter of a network, per lane."""

    name: str
    shape: tuple[int, ...]
    """Without the lane axis; a weight is (out, in, ...)."""
    fan_in: int
    is_bias: bool = False


class Draws(Protocol):
    """Random numbers for one pass, one stream per lane; each consumer names itself."""

    def keep_mask(self, consumer: str, shape: tuple[int, ...], p: Tensor) -> Tensor:
        """A dropout mask [K, *shape]: 1 / (1 - p) where kept, 0 where dropped; ``p`` has shape [K]."""
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
            draws: random numbers; None switches dropout off.

        Returns:
            Samples [K, B, *shape] for a generator, scores (logits) [K, B] for a discriminator.
        """
        ...


@dataclass(frozen=True, kw_only=True, eq=False)
class Network(Plugin):
    """A network's configuration."""

    facts: ClassVar[Facts] = Facts()

    @property
    def initialisation(self) -> str:
        """Name of the initialisation of its weights: torch, he, normal_02 or orthogonal."""
        raise NotImplementedError


class Generator(Network):
    """Maps latents [K, B, Z] to samples [K, B, *shape]."""

    @property
    def latent_size(self) -> int:
        """Z, the number of latents per sample."""
        raise NotImplementedError

    def build(self, geometry: Geometry) -> Module:
        """The network for samples of this geometry."""
        raise NotImplementedError


class Discriminator(Network):
    """Maps samples [K, B, *shape] to scores [K, B]."""

    def build(self, geometry: Geometry) -> Module:
        """The network for samples of this geometry."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True, eq=False)
class Loss(Plugin):
    """A pair of losses on scores (logits)."""

    facts: ClassVar[Facts] = Facts()

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


generators: Registry[Generator] = Registry("generator", Generator, "gansearch.gan")
discriminators: Registry[Discriminator] = Registry("discriminator", Discriminator, "gansearch.gan")
losses: Registry[Loss] = Registry("loss", Loss, "gansearch.gan")
