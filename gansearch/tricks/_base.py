"""What a trick is: one frozen dataclass that overrides the hooks it needs.

Its fields are its search dimensions. In a pack the traced ones hold tensors of shape [K] (one number a lane); outside
of one they hold plain numbers. All state that changes lives in ``lanes.state``, so that the training state alone is
the checkpoint. Random numbers come from ``lanes.normal`` and ``lanes.uniform``, a stream of the trick's own: turned
off, a trick leaves the run exactly as if it did not exist.

A hook is a program of tensor operations, the same at every step: after a while its Python is no longer run, and the
operations that it led to are carried out in its stead (``training.recording``). So what a hook remembers lies in
``lanes.state``, whose tensors it changes in place; it reads no number from a tensor (``item``, ``tolist``, ``numpy``,
an ``if`` on values, a boolean index); and what depends on the step follows from ``lanes.step`` or from ``period``.

The whole step, with every hook in its place (d_steps_per_g_step discriminator updates, then one of the generator)::

    z     = hook.latents(normal(K, B, Z))
    fake  = G(z)                                                  # kept with its graph for the generator's update
    # --- discriminator ---
    labels       = hook.labels(Labels(real=1, fake=0))
    real_scores  = D(hook.discriminator_input(real, role="real"))
    fake_scores  = D(hook.discriminator_input(fake.detach(), role="fake"))
    d_loss       = loss.discriminator(real_scores, fake_scores, labels)
                 + hook.discriminator_loss(Batch(real, fake, real_scores, fake_scores))
    update D
    # --- generator ---
    labels       = hook.generator_labels(1)
    fake_scores  = D(hook.discriminator_input(fake, role="generator"))
    g_loss       = loss.generator(fake_scores, labels) + hook.generator_loss(Batch(...))
    update G
    hook.after_step()
    # --- when samples are drawn for an evaluation ---
    G's parameters = hook.averaged_generator() or the live ones
    z              = hook.latents(normal(K, n, Z))
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol, TypeAlias

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from gansearch.plugins import Factual, Registry
from gansearch.records import Facts

Scalar: TypeAlias = "float | Tensor"
"""A traced field: a number, or in a pack a tensor of shape [K]."""

Role: TypeAlias = Literal["real", "fake", "generator"]
"""Which images a discriminator sees: real or fake ones in its own update, or fake ones in the generator's."""


@dataclass(frozen=True, eq=False)
class Labels:
    """The discriminator's targets: the probability of "real" that it should give."""

    real: Float[Tensor, "K B"]
    fake: Float[Tensor, "K B"]


@dataclass(frozen=True, eq=False)
class Batch:
    """What one update sees. In the generator's update ``real_scores`` is None and ``fake`` carries its graph."""

    real: Tensor
    """[K, B, *shape], as the discriminator saw it (after ``discriminator_input``)."""
    fake: Tensor
    """[K, B, *shape]."""
    real_scores: Tensor | None
    """[K, B]."""
    fake_scores: Tensor
    """[K, B]."""


class Lanes(Protocol):
    """What a hook may read and use: the lanes of the pack at this step, seen by one trick."""

    @property
    def count(self) -> int:
        """K, the number of lanes."""
        ...

    @property
    def step(self) -> Int64[Tensor, " K"]:
        """Generator updates done before this step, on the device; lanes that joined later have done fewer.

        It stays there: what is read from the device while a step runs would hold up every lane.
        """
        ...

    @property
    def total_steps(self) -> int:
        """Generator updates of a full run."""
        ...

    @property
    def state(self) -> MutableMapping[str, Tensor]:
        """This trick's own state, [K, ...] tensors by name; part of the checkpoint. Change the tensors in place."""
        ...

    @property
    def generator_parameters(self) -> Float[Tensor, "K P"]:
        """The generator's parameters, flat; zeros where a row has more columns than its lane has parameters."""
        ...

    def discriminate(self, images: Tensor) -> Float[Tensor, "K B"]:
        """Scores of a further pass through the discriminator, with its graph."""
        ...

    def normal(self, shape: tuple[int, ...]) -> Tensor:
        """Standard normal numbers [K, *shape] from this trick's stream."""
        ...

    def uniform(self, shape: tuple[int, ...]) -> Tensor:
        """Numbers uniform in [0, 1), [K, *shape], from this trick's stream."""
        ...


@dataclass(frozen=True, kw_only=True, eq=False)
class Trick(Factual):
    """A training trick. Subclasses override the hooks that they need, and nothing else."""

    slot: ClassVar[str | None] = None
    """The YAML key under which one of several tricks is chosen; None for a trick that is switched by ``enabled``."""
    facts: ClassVar[Facts] = Facts()
    paper: ClassVar[str]
    """Where it comes from: authors, year, arXiv number."""
    neutral: ClassVar[Mapping[str, float]] = {}
    """Values of its fields at which it changes nothing, to the bit; empty where it has none."""
    generator_shaped: ClassVar[frozenset[str]] = frozenset()
    """Names of its state that are laid out as the generator's parameters are, [K, P]."""

    @property
    def period(self) -> int:
        """Steps between two uses of its loss terms, which then count at steps 0, ``period``, 2 ``period`` of an epoch.

        A matter of structure: it may follow from static fields alone.
        """
        return 1

    def initial_state(self, lanes: Lanes) -> Mapping[str, Tensor]:
        """State at step 0, [K, ...] tensors by name."""
        return {}

    def latents(self, lanes: Lanes, latents: Float[Tensor, "K B Z"]) -> Float[Tensor, "K B Z"]:
        """Change the latents, in training and in sampling alike."""
        return latents

    def plain_latents(self) -> str | None:
        """What ``latents`` does, for generators that are exported: an expression of torch on ``latents`` [n, Z].

        A trick that overrides ``latents`` overrides this too; None where it cannot be said so.
        """
        return "latents" if type(self).latents is Trick.latents else None

    def labels(self, lanes: Lanes, labels: Labels) -> Labels:
        """Change the targets of the discriminator's update."""
        return labels

    def generator_labels(self, lanes: Lanes, labels: Float[Tensor, "K B"]) -> Float[Tensor, "K B"]:
        """Change the targets of the generator's update."""
        return labels

    def discriminator_input(self, lanes: Lanes, images: Tensor, role: Role) -> Tensor:
        """Change what the discriminator sees, [K, B, *shape]."""
        return images

    def discriminator_loss(self, lanes: Lanes, batch: Batch) -> Float[Tensor, " K"] | None:
        """A term of the discriminator's loss per lane, or None."""
        return None

    def generator_loss(self, lanes: Lanes, batch: Batch) -> Float[Tensor, " K"] | None:
        """A term of the generator's loss per lane, or None."""
        return None

    def after_step(self, lanes: Lanes) -> None:
        """Update the trick's state after both updates; no gradient is recorded."""

    def averaged_generator(self, lanes: Lanes) -> Float[Tensor, "K P"] | None:
        """Generator parameters to evaluate instead of the live ones, or None."""
        return None


def across(number: Scalar, like: Tensor) -> Scalar:
    """A traced field made to broadcast over ``like`` [K, ...]: a plain number as it is, [K] as [K, 1, ...]."""
    if isinstance(number, torch.Tensor) and number.ndim == 1:
        return number.reshape(-1, *[1] * (like.ndim - 1))
    return number


tricks: Registry[Trick] = Registry("trick", Trick, "gansearch.tricks")
