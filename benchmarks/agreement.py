"""Whether a peer does the same maths: its losses under our initial values, latents, batches and dropout masks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, TypeVar

import torch
from torch import Tensor, nn

from benchmarks.cases import Case
from gansearch.dimensions import declared
from gansearch.gan import Draws, Loss, Module, Network, Parameter
from gansearch.records import Geometry
from gansearch.training import Configuration, Lane, Pack
from gansearch.tricks import Batch, Classes, Lanes, Role, Trick

N = TypeVar("N", bound=Network)


@dataclass
class Recorded:
    """What one lane of ours read and said, a step after the other, in float64."""

    latents: list[Tensor] = field(default_factory=list)
    real: list[Tensor] = field(default_factory=list)
    masks: dict[str, dict[str, list[Tensor]]] = field(default_factory=dict)
    """By player and consumer, every pass's mask [B, *shape]."""
    initial: dict[str, list[Tensor]] = field(default_factory=dict)
    """By player, the first values of its parameters, in the order of the layers."""
    d_losses: list[Tensor] = field(default_factory=list)
    g_losses: list[Tensor] = field(default_factory=list)


@dataclass(frozen=True)
class Agreement:
    """How far apart two sides' losses are."""

    steps: int
    d_loss: float
    """Largest difference, absolute, in nats."""
    g_loss: float

    @property
    def worst(self) -> float:
        """The larger of the two."""
        return max(self.d_loss, self.g_loss)


def agreement(case: Case, steps: int) -> Agreement:
    """Train both sides for one epoch of ``steps`` steps in float64 and compare their losses."""
    recorded = record(case, steps)
    losses = replay(case, recorded)
    ours = zip(recorded.d_losses, recorded.g_losses, strict=True)
    pairs = [(abs(d - e).item(), abs(g - h).item()) for (d, g), (e, h) in zip(ours, losses, strict=True)]
    return Agreement(steps, max(d for d, _ in pairs), max(g for _, g in pairs))


def record(case: Case, steps: int) -> Recorded:
    """Train one lane of ours for an epoch."""
    recorded = Recorded()
    lane = Lane(_recording(case.configuration(), recorded), seed=0)
    Pack([lane], case.data(steps), dtype=torch.float64).train_epoch()
    return recorded


def replay(case: Case, recorded: Recorded) -> list[tuple[Tensor, Tensor]]:
    """The peer's losses under the same numbers."""
    peer = case.peer()
    for player in ("generator", "discriminator"):
        network: nn.Sequential = getattr(peer, player)
        network.double()
        load(network, recorded.initial[player])
        _inject(network, recorded.masks.get(player, {}), case.batch_size)
    inputs = zip(recorded.real, recorded.latents, strict=True)
    return [peer.step(case.as_peer_sees(real), latents) for real, latents in inputs]


def in_layer_order(parameters: Sequence[Parameter]) -> list[Parameter]:
    """Those of an output layer behind the others, as the peers have them; ours may stand first."""
    return sorted(parameters, key=lambda each: each.name.startswith("output."))


@torch.no_grad()
def load(network: nn.Module, values: Sequence[Tensor]) -> None:
    """Set a network's parameters, which are in the order of the layers."""
    for parameter, value in zip(network.parameters(), values, strict=True):
        parameter.copy_(value.view_as(parameter))


class Injected(nn.Module):
    """A dropout layer that takes the masks it is given, one for each pass."""

    def __init__(self, masks: Iterator[Tensor]) -> None:
        super().__init__()
        self._masks = masks

    def forward(self, inputs: Tensor) -> Tensor:
        """The inputs times the next mask."""
        return inputs * next(self._masks).view_as(inputs)


def _inject(network: nn.Sequential, masks: Mapping[str, list[Tensor]], batch_size: int) -> None:
    """Put the recorded masks in the place of the dropout layers.

    Ours may see real and fake samples in one pass: its masks are cut into those of single batches.
    """
    places = [index for index, layer in enumerate(network) if isinstance(layer, nn.Dropout)]
    for index, drawn in zip(places, masks.values(), strict=True):
        network[index] = Injected(part for mask in drawn for part in torch.split(mask, batch_size))


def _recording(configuration: Configuration, recorded: Recorded) -> Configuration:
    """The same configuration, of which every part tells ``recorded`` what passes through it."""
    return replace(
        configuration,
        generator=_recording_network(configuration.generator, "generator", recorded),
        discriminator=_recording_network(configuration.discriminator, "discriminator", recorded),
        loss=_recording_loss(configuration.loss, recorded),
        tricks=(_recorder(recorded), *(_recording_trick(trick, recorded) for trick in configuration.tricks)),
    )


class _Recorder(Trick):
    """Changes nothing and keeps the latents and the real samples."""

    name: ClassVar[str] = "a_recorder"
    paper: ClassVar[str] = "none"
    recorded: ClassVar[Recorded]

    def latents(self, lanes: Lanes, latents: Tensor, classes: Classes) -> Tensor:
        """As they are."""
        self.recorded.latents.append(latents[0].clone())
        return latents

    def discriminator_input(self, lanes: Lanes, images: Tensor, role: Role) -> Tensor:
        """As they are."""
        if role == "real":
            self.recorded.real.append(images[0].detach().clone())
        return images


def _recorder(recorded: Recorded) -> Trick:
    trick: Trick = type("Recorder", (_Recorder,), {"recorded": recorded})()
    return trick


def _recording_trick(trick: Trick, recorded: Recorded) -> Trick:
    base: Any = type(trick)

    class Recording(base):  # type: ignore[misc]
        """The same trick, whose term is added to the loss that is kept."""

        def discriminator_loss(self, lanes: Lanes, batch: Batch) -> Tensor | None:
            """As it is."""
            term: Tensor | None = super().discriminator_loss(lanes, batch)
            if term is not None:
                recorded.d_losses[-1] = recorded.d_losses[-1] + term[0].detach()
            return term

    same: Trick = Recording(**_fields(trick))
    return same


def _recording_loss(loss: Loss, recorded: Recorded) -> Loss:
    base: Any = type(loss)

    class Recording(base):  # type: ignore[misc]
        """The same loss, which tells."""

        def discriminator(self, **inputs: Tensor) -> Tensor:
            """As it is."""
            told: Tensor = super().discriminator(**inputs)
            recorded.d_losses.append(told[0].detach().clone())
            return told

        def generator(self, **inputs: Tensor) -> Tensor:
            """As it is."""
            told: Tensor = super().generator(**inputs)
            recorded.g_losses.append(told[0].detach().clone())
            return told

    same: Loss = Recording(**_fields(loss))
    return same


def _recording_network(network: N, player: str, recorded: Recorded) -> N:
    base: Any = type(network)

    class Recording(base):  # type: ignore[misc]
        """The same network, which tells."""

        def build(self, geometry: Geometry) -> Module:
            """The same layers."""
            return _Listening(super().build(geometry), player, recorded)

    same: N = Recording(**_fields(network))
    return same


def _fields(plugin: object) -> dict[str, object]:
    return {name: getattr(plugin, name) for name in declared(type(plugin))}


@dataclass(frozen=True, eq=False)
class _Listening:
    """A module whose first values and dropout masks are kept."""

    module: Module
    player: str
    recorded: Recorded

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those of the module."""
        return self.module.parameters

    def __call__(self, parameters: Mapping[str, Tensor], inputs: Tensor, draws: Draws | None) -> Tensor:
        """Apply the module."""
        if self.player not in self.recorded.initial:
            values = [parameters[each.name] for each in in_layer_order(self.parameters)]
            self.recorded.initial[self.player] = [value[0].detach().clone() for value in values]
        masks = self.recorded.masks.setdefault(self.player, {})
        return self.module(parameters, inputs, None if draws is None else _Listener(draws, masks))


@dataclass(frozen=True, eq=False)
class _Listener:
    """Draws whose masks are kept."""

    draws: Draws
    masks: dict[str, list[Tensor]]

    @property
    def is_sampling(self) -> bool:
        """As ``Draws.is_sampling``."""
        return self.draws.is_sampling

    def normal(self, consumer: str, shape: tuple[int, ...]) -> Tensor:
        """As ``Draws.normal``; not kept."""
        return self.draws.normal(consumer, shape)

    def keep_mask(self, consumer: str, shape: tuple[int, ...], p: Tensor) -> Tensor:
        """As drawn."""
        mask = self.draws.keep_mask(consumer, shape, p)
        self.masks.setdefault(consumer, []).append(mask[0].detach().clone())
        return mask

    def lanes(self, start: int, stop: int) -> Draws:
        """Those of some of the lanes; only the masks of all are kept."""
        return self.draws.lanes(start, stop)
