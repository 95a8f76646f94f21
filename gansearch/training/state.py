"""Everything of a pack that changes while it trains; one lane's share of it is its checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from gansearch.errors import TrainingError
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
        self.steps = [0] * generator.flat.values.shape[0]

    @property
    def count(self) -> int:
        """K, the number of lanes."""
        return len(self.steps)

    @property
    def step(self) -> int:
        """Generator updates done, the same in every lane that is being trained."""
        return self.steps[0]

    def advance(self) -> None:
        """Count one more generator update."""
        self.steps = [step + 1 for step in self.steps]

    def tensors(self) -> dict[str, Tensor]:
        """Every tensor [K, ...] that changes, by name; the tensors themselves, not copies."""
        named = {f"generator.{name}": tensor for name, tensor in self.generator.tensors().items()}
        named.update({f"discriminator.{name}": tensor for name, tensor in self.discriminator.tensors().items()})
        for trick, state in self.tricks.items():
            named.update({f"tricks.{trick}.{name}": tensor for name, tensor in state.items()})
        return named

    def lane(self, lane: int) -> LaneState:
        """A copy of one lane's state."""
        tensors = {name: tensor[lane].detach().cpu().clone() for name, tensor in self.tensors().items()}
        return LaneState(tensors, self.steps[lane])

    @torch.no_grad()
    def load(self, lane: int, state: LaneState) -> None:
        """Set one lane's state.

        Raises:
            TrainingError: where ``state`` comes from another structure; nothing has been changed then.
        """
        own = self.tensors()
        if own.keys() != state.tensors.keys():
            odd = sorted(own.keys() ^ state.tensors.keys())
            raise TrainingError(f"a lane's state must hold the tensors of its configuration; these differ: {odd}")
        for name, tensor in own.items():
            if tensor.shape[1:] != state.tensors[name].shape:
                shapes = f"{tuple(tensor.shape[1:])}; got {tuple(state.tensors[name].shape)}"
                raise TrainingError(f"a lane's state must have the shapes of its configuration: {name} is {shapes}")
        for name, tensor in own.items():
            tensor[lane].copy_(state.tensors[name])
        self.steps[lane] = state.step
