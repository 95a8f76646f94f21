"""Everything of a pack that changes while it trains; one lane's share of it is its checkpoint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from gansearch.errors import TrainingError
from gansearch.training.flat import Flat
from gansearch.training.player import Player


@dataclass(frozen=True, eq=False)
class LaneState:
    """One lane's state: it does not know the pack that it came from."""

    tensors: Mapping[str, Tensor]
    """Copies on the CPU, without the lane axis, as ``generator.parameters`` or ``tricks.ema.average``."""
    step: int
    """Generator updates done."""


class TrainingState:
    """The two players, the tricks' state and the number of generator updates of each lane."""

    def __init__(self, generator: Player, discriminator: Player) -> None:
        self.generator = generator
        self.discriminator = discriminator
        self.tricks: dict[str, dict[str, Tensor]] = {}
        self.loss: dict[str, Tensor] = {}
        """What of the loss changes, [K] tensors by name."""
        self.shaped: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
        """By trick, the names of its state that are laid out as the generator's and the discriminator's parameters."""
        self.steps = [0] * generator.flat.values.shape[0]

    @property
    def count(self) -> int:
        """K, the number of lanes."""
        return len(self.steps)

    def advance(self) -> None:
        """Count one more generator update."""
        self.steps = [step + 1 for step in self.steps]

    def tensors(self) -> dict[str, Tensor]:
        """Every tensor [K, ...] that changes, by name; the tensors themselves, not copies."""
        return {name: tensor for name, tensor, _ in self._entries()}

    def lane(self, lane: int) -> LaneState:
        """A copy of one lane's state: of its own parameters alone, where other lanes have more."""
        tensors: dict[str, Tensor] = {}
        for name, tensor, flat in self._entries():
            row = tensor[lane] if flat is None else tensor[lane, flat.owned(lane)]
            tensors[name] = row.detach().cpu().clone()
        return LaneState(tensors, self.steps[lane])

    @torch.no_grad()
    def load(self, lane: int, state: LaneState) -> None:
        """Set one lane's state.

        Raises:
            TrainingError: where ``state`` comes from another structure; nothing has been changed then.
        """
        own = self.lane(lane).tensors
        if own.keys() != state.tensors.keys():
            odd = sorted(own.keys() ^ state.tensors.keys())
            raise TrainingError(f"a lane's state must hold the tensors of its configuration; these differ: {odd}")
        for name, tensor in own.items():
            if tensor.shape != state.tensors[name].shape:
                shapes = f"{tuple(tensor.shape)}; got {tuple(state.tensors[name].shape)}"
                raise TrainingError(f"a lane's state must have the shapes of its configuration: {name} is {shapes}")
        for name, tensor, flat in self._entries():
            if flat is None:
                tensor[lane].copy_(state.tensors[name])
            else:
                tensor[lane].zero_()
                tensor[lane, flat.owned(lane)] = state.tensors[name].to(tensor)
        self.steps[lane] = state.step

    def _entries(self) -> Iterator[tuple[str, Tensor, Flat | None]]:
        """Name, tensor, and the player's parameters where the tensor is laid out as they are."""
        for prefix, player in (("generator", self.generator), ("discriminator", self.discriminator)):
            for name, tensor in player.tensors().items():
                is_like = tensor.shape == player.flat.values.shape
                yield f"{prefix}.{name}", tensor, player.flat if is_like else None
        for name, tensor in self.loss.items():
            yield f"loss.{name}", tensor, None
        for trick, state in self.tricks.items():
            for name, tensor in state.items():
                yield f"tricks.{trick}.{name}", tensor, self._layout(trick, name)

    def _layout(self, trick: str, name: str) -> Flat | None:
        """The parameters as which a trick's state is laid out, or None."""
        generator, discriminator = self.shaped.get(trick, (frozenset(), frozenset()))
        if name in generator:
            return self.generator.flat
        return self.discriminator.flat if name in discriminator else None
