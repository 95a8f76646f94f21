"""Networks made of a user's own ``torch.nn.Module``: the base classes of a generator and a discriminator.

The user writes ``module``; lanes, seeds, dropout and checkpoints are looked after here, and what cannot be looked
after is refused when the network is first built::

    @dataclass(frozen=True, kw_only=True, eq=False)
    class MyDiscriminator(TorchDiscriminator):
        name: ClassVar[str] = "my_net"
        width: int = static(64, Int(16, 512, log=True), "hidden units")

        def module(self, geometry: Geometry) -> nn.Module:
            hidden = nn.Linear(geometry.numel, self.width)
            return nn.Sequential(nn.Flatten(), hidden, nn.ReLU(), nn.Linear(self.width, 1))
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from torch import nn

from gansearch.dimensions import Int, Value, declared, static
from gansearch.errors import PluginError
from gansearch.gan._base import Discriminator, Generator, Module, Network
from gansearch.gan.initialisation import OWN
from gansearch.gan.plain import PlainModule
from gansearch.gan.torch_checks import Case, Examined, examine
from gansearch.gan.torch_lanes import Maker, TorchLanes
from gansearch.gan.torch_plain import traced
from gansearch.records import Geometry


@dataclass(frozen=True, kw_only=True, eq=False)
class TorchNetwork(Network):
    """What a generator and a discriminator made of a ``torch.nn.Module`` share.

    Fields are declared with ``static``: a module holds the numbers of its constructor, so they are equal in a pack.
    """

    @property
    def initialisation(self) -> str:
        """What the module's constructor draws."""
        return OWN

    def module(self, geometry: Geometry) -> nn.Module:
        """A new module for samples of this geometry; called once for each lane, under that lane's seed."""
        raise NotImplementedError

    def case(self, geometry: Geometry) -> Case:
        """What goes into the module and what must come out."""
        raise NotImplementedError

    def build(self, geometry: Geometry) -> Module:
        """The module with a lane axis, checked.

        Raises:
            PluginError: where it cannot be trained; with the rule, what was found and what to do.
        """
        examined = _examined(_Structure(type(self), self._fields(), geometry))
        return TorchLanes(
            self._maker(geometry), examined.layout, self.case(geometry).output_shape, self._reason(examined)
        )

    def one_lane_reason(self, geometry: Geometry) -> str | None:
        """Why it can only be trained as a pack of one lane, for samples of this geometry; None where it can in any."""
        try:
            return self._reason(_examined(_Structure(type(self), self._fields(), geometry)))
        except PluginError as error:  # a network that cannot be trained fails its own trial, beside no other
            return str(error)

    def _reason(self, examined: Examined) -> str | None:
        found = examined.vectorised
        return None if found.possible else f"{type(self).__name__} runs as one lane: {found.reason}"

    def _maker(self, geometry: Geometry) -> Maker:
        return Maker(type(self).__name__, lambda: self.module(geometry))

    def _fields(self) -> tuple[tuple[str, Value], ...]:
        said = declared(type(self))
        for name, field in said.items():
            if field.may_differ:
                raise PluginError(
                    f"{type(self).__name__}.{name} must be declared with static(): a torch.nn.Module holds the numbers "
                    f"of its constructor, which cannot differ between the lanes of a pack; got "
                    f"{'traced()' if field.traced else 'static(..., mixed=True)'}"
                )
        return tuple((name, getattr(self, name)) for name in said)


@dataclass(frozen=True, kw_only=True, eq=False)
class TorchGenerator(TorchNetwork, Generator):
    """``module`` maps latents [B, latent_size] to samples [B, *shape], in [-1, 1] where ``geometry.bounded``."""

    latent_size: int = static(100, Int(2, 128, log=True), "numbers in one latent vector", limits=Int(1, 16384))

    def case(self, geometry: Geometry) -> Case:
        """Latents in, samples out."""
        return Case((self.latent_size,), geometry.shape, self.facts.couples_batch)

    def plain(self, geometry: Geometry) -> PlainModule:
        """The operations of the module's ``forward``, one a line: its class stays in the user's own file.

        Raises:
            PluginError: where they cannot be told without numbers, with what torch says.
        """
        examined = _examined(_Structure(type(self), self._fields(), geometry))
        return traced(self._maker(geometry), examined.layout, self.latent_size)


@dataclass(frozen=True, kw_only=True, eq=False)
class TorchDiscriminator(TorchNetwork, Discriminator):
    """``module`` maps samples [B, *shape] to logits, [B] or [B, 1]."""

    def case(self, geometry: Geometry) -> Case:
        """Samples in, scores out."""
        return Case(geometry.shape, (), self.facts.couples_batch)


@dataclass(frozen=True)
class _Structure:
    """All that decides what a network's module is."""

    network: type[Any]
    fields: tuple[tuple[str, Value], ...]
    geometry: Geometry


@lru_cache(maxsize=256)
def _examined(structure: _Structure) -> Examined:
    """What was found of a network: looked at once in a process, since a pack is built anew whenever a lane leaves."""
    network: TorchNetwork = structure.network(**dict(structure.fields))
    return examine(network._maker(structure.geometry), network.case(structure.geometry))
