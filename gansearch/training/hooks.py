"""The hooks of all tricks of a pack, applied one trick after the other in the order of their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from jaxtyping import Float
from torch import Tensor

from gansearch.training.lanes import TrickLanes
from gansearch.training.passes import Passes, in_latent_order
from gansearch.training.streams import Streams
from gansearch.tricks import Batch, Classes, Labels, PlayerName, Role, Shown, Trick

Due: TypeAlias = frozenset[str]
"""Names of tricks."""


@dataclass(frozen=True, eq=False)
class Hooks:
    """Every hook of ``Trick`` that a step calls by itself, for all tricks together; the others are in ``Passes``."""

    bound: tuple[tuple[Trick, TrickLanes], ...]
    passes: Passes

    @classmethod
    def bind(
        cls,
        tricks: Sequence[Trick],
        passes: Passes,
        total_steps: int,
        streams: Streams,
        prefix: str,
        *,
        is_sampling: bool = False,
    ) -> Hooks:
        """Give each trick its state and its stream, named ``<prefix>/<trick>``."""
        branches = {trick.name: streams.branch(f"{prefix}/{trick.name}", is_sampling=is_sampling) for trick in tricks}
        bound = tuple((trick, TrickLanes(trick.name, passes, total_steps, branches[trick.name])) for trick in tricks)
        passes.bound = bound
        return cls(bound, passes)

    @property
    def needs_classes(self) -> bool:
        """Whether any trick needs the classes of samples."""
        return any(trick.facts.needs_labels for trick, _ in self.bound)

    def set_initial_state(self) -> None:
        """Give every trick its state at step 0."""
        training = self.passes.training
        for trick, _ in self.bound:
            training.shaped[trick.name] = trick.generator_shaped, trick.discriminator_shaped
            training.tricks[trick.name] = {}
        for trick, lanes in self.bound:
            # Copies: what a hook was given, as parameters or drawn numbers, does not stay as it is.
            state = {name: tensor.clone() for name, tensor in trick.initial_state(lanes).items()}
            training.tricks[trick.name] = state

    def latents(self, latents: Float[Tensor, "K B Z"], classes: Classes) -> Float[Tensor, "K B Z"]:
        """Latents as the generator gets them."""
        for trick, lanes in in_latent_order(self.bound, self.passes.sizes.geometry):
            latents = trick.latents(lanes, latents, classes)
        return latents

    def fakes(self, shown: Shown) -> Shown:
        """The fakes that the discriminator's update sees."""
        for trick, lanes in self.bound:
            shown = trick.fakes(lanes, shown)
        return shown

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

    def adversarial_loss(self, loss: Float[Tensor, " K"]) -> Float[Tensor, " K"]:
        """The generator's own loss as the tricks weigh it."""
        for trick, lanes in self.bound:
            loss = trick.adversarial_loss(lanes, loss)
        return loss

    def generator_loss(self, batch: Batch, due: Due) -> list[Float[Tensor, " K"]]:
        """Further terms of the generator's loss, of the tricks that are due."""
        terms = (trick.generator_loss(lanes, batch) for trick, lanes in self.bound if trick.name in due)
        return [term for term in terms if term is not None]

    def opponent(self) -> Float[Tensor, "K P"] | None:
        """Discriminator parameters that the generator is updated against, those of the first trick that has any."""
        for trick, lanes in self.bound:
            opponent = trick.opponent(lanes)
            if opponent is not None:
                return opponent
        return None

    def gradients(self, gradients: Float[Tensor, "K P"], player: PlayerName) -> Float[Tensor, "K P"]:
        """The gradient that a player's optimizer gets."""
        for trick, lanes in self.bound:
            gradients = trick.gradients(lanes, gradients, player)
        return gradients

    def update_share(self, loss: Float[Tensor, " K"], player: PlayerName) -> Float[Tensor, " K"] | None:
        """The share of a player's update that is made: the product of what the tricks say; None where none does."""
        product: Tensor | None = None
        for trick, lanes in self.bound:
            share = trick.update_share(lanes, loss, player)
            if share is not None:
                product = share if product is None else product * share
        return product

    def after_discriminator_update(self) -> None:
        """Let every trick change the discriminator or its state."""
        for trick, lanes in self.bound:
            trick.after_discriminator_update(lanes)

    def after_step(self) -> None:
        """Let every trick update its state."""
        for trick, lanes in self.bound:
            trick.after_step(lanes)

    @property
    def signals(self) -> tuple[str, ...]:
        """Names of what ``measured`` gives, each behind its trick's."""
        return tuple(f"{trick.name}.{name}" for trick, _ in self.bound for name in trick.signals)

    def measured(self) -> dict[str, Float[Tensor, " K"]]:
        """What the tricks tell of this step."""
        return {
            f"{trick.name}.{name}": value
            for trick, lanes in self.bound
            for name, value in trick.measured(lanes).items()
        }

    def averaged_generator(self) -> Float[Tensor, "K P"] | None:
        """Generator parameters to evaluate instead of the live ones: those of the first trick that has any."""
        for trick, lanes in self.bound:
            averaged = trick.averaged_generator(lanes)
            if averaged is not None:
                return averaged
        return None
