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

    def keep_mask(self, consumer: str, shape: tuple[int, ...], p: Tensor) -> Tensor:
        """A dropout mask [K, *shape]: 1 / (1 - p) where kept, 0 where dropped; ``p`` has shape [K]."""
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
            draws: random numbers; None switches dropout off.

        Returns:
            Samples [K, B, *shape] for a generator, scores (logits) [K, B] for a discriminator.
        """
        ...


@dataclass(frozen=True, kw_only=True, eq=False)
class Network(Factual):
    """A network's configuration."""

    facts: ClassVar[Facts] = Facts()

    @classmethod
    def misfit(cls, geometry: Geometry) -> str | None:  # noqa: ARG003 (most take any samples)
        """What samples it needs instead of such ones, as ``images, [C, H, W]``; None where it takes these."""
        return None

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
    """Maps samples [K, B, *shape] to scores [K, B]."""

    def build(self, geometry: Geometry) -> Module:
        """The network for samples of this geometry."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True, eq=False)
class Loss(Factual):
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
