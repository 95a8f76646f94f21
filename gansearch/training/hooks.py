"""The hooks of all tricks of a pack, applied one trick after the other in the order of their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from jaxtyping import Float
from torch import Tensor

from gansearch.training.lanes import TrickLanes
from gansearch.training.state import TrainingState
from gansearch.training.streams import Streams
from gansearch.tricks import Batch, Labels, Role, Trick

Due: TypeAlias = frozenset[str]
"""Names of tricks."""


@dataclass(frozen=True, eq=False)
class Hooks:
    """Every hook of ``Trick`` under its name, for all tricks together."""

    bound: tuple[tuple[Trick, TrickLanes], ...]

    @classmethod
    def bind(
        cls, tricks: Sequence[Trick], training: TrainingState, total_steps: int, streams: Streams, prefix: str
    ) -> Hooks:
        """Give each trick its state and its stream, named ``<prefix>/<trick>``."""
        return cls(
            tuple(
                (trick, TrickLanes(trick.name, training, total_steps, streams.branch(f"{prefix}/{trick.name}")))
                for trick in tricks
            )
        )

    def set_initial_state(self) -> None:
        """Give every trick its state at step 0."""
        for trick, lanes in self.bound:
            lanes.training.generator_shaped[trick.name] = trick.generator_shaped
            lanes.training.tricks[trick.name] = {}
            # Copies: what a hook was given, as parameters or drawn numbers, does not stay as it is.
            state = {name: tensor.clone() for name, tensor in trick.initial_state(lanes).items()}
            lanes.training.tricks[trick.name] = state

    def latents(self, latents: Float[Tensor, "K B Z"]) -> Float[Tensor, "K B Z"]:
        """Latents as the generator gets them."""
        for trick, lanes in self.bound:
            latents = trick.latents(lanes, latents)
        return latents

    def labels(self, labels: Labels) -> Labels:
        """Targets of the discriminator's update."""
        for trick, lanes in self.bound:
            labels = trick.labels(lanes, labels)
        return labels

    def generator_labels(self, labels: Float[Tensor, "K B"]) -> Float[Tensor, "K B"]:
        """Targets of the generator's update."""
        for trick, lanes in self.bound:
            labels = trick.generator_labels(lanes, labels)
        return labels

    def discriminator_input(self, images: Tensor, role: Role) -> Tensor:
        """Images [K, B, *shape] as the discriminator sees them."""
        for trick, lanes in self.bound:
            images = trick.discriminator_input(lanes, images, role)
        return images

    def due(self, step: int) -> Due:
        """The tricks whose terms enter the losses of this step."""
        return frozenset(trick.name for trick, _ in self.bound if step % trick.period == 0)

    def discriminator_loss(self, batch: Batch, due: Due) -> list[Float[Tensor, " K"]]:
        """Further terms of the discriminator's loss, of the tricks that are due."""
        terms = (trick.discriminator_loss(lanes, batch) for trick, lanes in self.bound if trick.name in due)
        return [term for term in terms if term is not None]

    def generator_loss(self, batch: Batch, due: Due) -> list[Float[Tensor, " K"]]:
        """Further terms of the generator's loss, of the tricks that are due."""
        terms = (trick.generator_loss(lanes, batch) for trick, lanes in self.bound if trick.name in due)
        return [term for term in terms if term is not None]

    def after_step(self) -> None:
        """Let every trick update its state."""
        for trick, lanes in self.bound:
            trick.after_step(lanes)

    def averaged_generator(self) -> Float[Tensor, "K P"] | None:
        """Generator parameters to evaluate instead of the live ones: those of the first trick that has any."""
        for trick, lanes in self.bound:
            averaged = trick.averaged_generator(lanes)
            if averaged is not None:
                return averaged
        return None
