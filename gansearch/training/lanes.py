"""What a trick's hooks may read and use: the pack seen by one trick, with a random stream of the trick's own."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass

from jaxtyping import Float, Int64
from torch import Tensor

from gansearch.training.state import TrainingState
from gansearch.training.streams import Branch


@dataclass(frozen=True, eq=False)
class TrickLanes:
    """The lanes of the pack at this step, bound to one trick."""

    trick: str
    training: TrainingState
    total_steps: int
    """Generator updates of a full run."""
    streams: Branch
    """The trick's own; it counts draws, so that a hook may draw as often as it likes."""

    @property
    def count(self) -> int:
        """K, the number of lanes."""
        return self.training.count

    @property
    def step(self) -> Int64[Tensor, " K"]:
        """Generator updates done before this step, on the device."""
        return self.streams.clock

    @property
    def state(self) -> MutableMapping[str, Tensor]:
        """The trick's own state, [K, ...] tensors by name; part of the checkpoint."""
        return self.training.tricks[self.trick]

    @property
    def generator_parameters(self) -> Float[Tensor, "K P"]:
        """The generator's parameters, flat."""
        return self.training.generator.flat.values

    def discriminate(self, images: Tensor) -> Float[Tensor, "K B"]:
        """Scores of a further pass through the discriminator, with its graph and dropout masks of its own."""
        return self.training.discriminator(images, self.streams.branch("discriminator"))

    def normal(self, shape: tuple[int, ...]) -> Tensor:
        """Standard normal numbers [K, *shape] from the trick's stream."""
        return self.streams.normal("normal", shape)

    def uniform(self, shape: tuple[int, ...]) -> Tensor:
        """Numbers uniform in [0, 1), [K, *shape], from the trick's stream."""
        return self.streams.uniform("uniform", shape)
