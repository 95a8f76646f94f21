"""What a trick is: one frozen dataclass that overrides the hooks it needs.

Its fields are its search dimensions. In a pack the traced ones hold tensors of shape [K] (one number a lane); outside
of one they hold plain numbers. All state that changes lives in ``lanes.state``, so that the training state alone is
the checkpoint. Random numbers come from ``lanes.normal`` and ``lanes.uniform``, a stream of the trick's own: turned
off, a trick leaves the run exactly as if it did not exist.

A hook is a program of tensor operations, the same at every step: after a while its Python is no longer run, and the
operations that it led to are carried out in its stead (``training.recording``). So what a hook remembers lies in
``lanes.state``, whose tensors it changes in place; it reads no number from a tensor (``item``, ``tolist``, ``numpy``,
an ``if`` on values, a boolean index); and what depends on the step follows from ``lanes.step`` or from ``period``.

The whole step, with every hook in its place (d_steps_per_g_step discriminator updates, then the generator's)::

    # --- how the discriminator looks at samples, in every pass ---
    D(x, classes):
        weights  = hook.discriminator_weights(weights)
        x        = hook.presented(x, classes)            # packs of samples, channels that tell the class
        features = hook.features(trunk(x), classes)      # minibatch statistics beside the features
        scores   = hook.scores(head(features), features, classes)
    z, classes = normal(K, B, Z), uniform among the classes where a trick needs labels
    fake       = G(hook.latents(z, classes))             # kept with its graph for the generator's update
    # --- discriminator ---
    shown        = hook.fakes(fake, classes)             # fakes of earlier steps among them
    real_scores  = D(hook.discriminator_input(real, role="real"))
    fake_scores  = D(hook.discriminator_input(shown, role="fake"))
    labels       = hook.labels(Labels(real=1, fake=0))
    d_loss       = loss.discriminator(real_scores, fake_scores, labels) + hook.discriminator_loss(Batch(...))
    gradients    = hook.gradients(gradients of d_loss, "discriminator")
    update D by hook.update_share(d_loss, "discriminator") of what its optimizer makes of them
    hook.after_discriminator_update()
    # --- generator ---
    fake_scores  = D(hook.discriminator_input(fake, role="generator")), with hook.opponent() as its parameters
    labels       = hook.generator_labels(1)
    g_loss       = hook.adversarial_loss(loss.generator(fake_scores, labels)) + hook.generator_loss(Batch(...))
    gradients    = hook.gradients(gradients of g_loss, "generator")
    update G by hook.update_share(g_loss, "generator") of what its optimizer makes of them
    hook.after_step()
    # --- when samples are drawn for an evaluation ---
    G's parameters = hook.averaged_generator() or the live ones
    z              = hook.latents(normal(K, n, Z), classes)
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple, Protocol, TypeAlias

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from gansearch.gan import Parameter
from gansearch.plugins import Factual, Registry
from gansearch.records import Facts, Geometry

Scalar: TypeAlias = "float | Tensor"
"""A traced field: a number, or in a pack a tensor of shape [K]."""

Role: TypeAlias = Literal["real", "fake", "generator"]
"""Which images a discriminator sees: real or fake ones in its own update, or fake ones in the generator's."""

PlayerName: TypeAlias = Literal["generator", "discriminator"]

Classes: TypeAlias = "Int64[Tensor, 'K B'] | None"
"""The class of every sample, where some trick needs labels; else None."""


@dataclass(frozen=True)
class Sizes:
    """What the shapes of a trick's parameters and state may follow from."""

    geometry: Geometry
    """Of the samples."""
    latents: int
    """Z, the numbers of a latent vector before any trick."""
    features: int
    """Of the discriminator, before any trick; 0 where it gives none."""
    batch: int
    """B, the samples of an update of the generator."""


class Shown(NamedTuple):
    """Samples and their classes."""

    images: Tensor
    """[K, B, *shape]."""
    classes: Classes


@dataclass(frozen=True, eq=False)
class Labels:
    """The discriminator's targets: the probability of "real" that it should give."""

    real: Float[Tensor, "K B"]
    fake: Float[Tensor, "K B"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Batch:
    """What one update sees.

    In the generator's update ``fake`` carries its graph, and of the real samples there are images and classes alone.
    """

    real: Tensor
    """[K, B, *shape], as the discriminator saw it (after ``discriminator_input``)."""
    fake: Tensor
    """[K, B, *shape]."""
    real_scores: Tensor | None
    """[K, B]; fewer where samples are packed."""
    fake_scores: Tensor
    """[K, B]; fewer where samples are packed."""
    real_classes: Classes = None
    fake_classes: Classes = None
    real_features: Tensor | None = None
    """[K, B, F], before any trick; None where the discriminator gives none."""
    fake_features: Tensor | None = None
    latents: Tensor | None = None
    """[K, B, Z], as the generator got them (after ``latents``)."""


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
    def sizes(self) -> Sizes:
        """Of samples, latents and features."""
        ...

    @property
    def latent_columns(self) -> slice:
        """Where among the latents (after ``latents``) those stand that this trick has put there."""
        ...

    @property
    def state(self) -> MutableMapping[str, Tensor]:
        """This trick's own state, [K, ...] tensors by name; part of the checkpoint. Change the tensors in place."""
        ...

    @property
    def own(self) -> Mapping[str, Tensor]:
        """This trick's own parameters [K, *shape] in either player, by the names that it declares."""
        ...

    @property
    def generator_parameters(self) -> Float[Tensor, "K P"]:
        """The generator's parameters, flat; zeros where a row has more columns than its lane has parameters."""
        ...

    @property
    def discriminator_parameters(self) -> Float[Tensor, "K P"]:
        """The discriminator's parameters, likewise."""
        ...

    @property
    def discriminator_weights(self) -> Mapping[str, Tensor]:
        """The discriminator's parameters [K, *shape] by name, as ``discriminator_weights`` gets them."""
        ...

    def real(self, indices: Int64[Tensor, "K n"]) -> Shown:
        """Real samples of the training data and their classes, by their numbers, which count modulo their number."""
        ...

    def generate(self, latents: Float[Tensor, "K n Z"], parameters: Float[Tensor, "K P"] | None = None) -> Tensor:
        """Samples of a further pass through the generator, with its graph.

        Args:
            latents: as the generator gets them (after ``latents``).
            parameters: flat, instead of its present ones.
        """
        ...

    def fresh_fakes(self, count: int, classes: Classes, parameters: Float[Tensor, "K P"] | None = None) -> Tensor:
        """Samples [K, count, *shape] of latents that are drawn anew and go through the ``latents`` of every trick.

        Args:
            count: samples per lane.
            classes: [K, count], where there are any.
            parameters: flat, of the generator instead of its present ones.
        """
        ...

    def discriminate(self, images: Tensor, classes: Classes = None) -> Float[Tensor, "K B"]:
        """Scores of a further pass through the discriminator, with its graph."""
        ...

    def features(self, images: Tensor, classes: Classes = None) -> Float[Tensor, "K B F"]:
        """Features, before any trick, of a further pass through the discriminator, with its graph."""
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
    discriminator_shaped: ClassVar[frozenset[str]] = frozenset()
    """Names of its state that are laid out as the discriminator's parameters are, [K, P]."""
    mixes: ClassVar[bool] = True
    """Whether lanes whose networks differ (in depth, say) may be packed: False where state is kept by parameter."""
    signals: ClassVar[tuple[str, ...]] = ()
    """Names of the numbers that ``measured`` gives."""

    @property
    def period(self) -> int:
        """Steps between two uses of its loss terms, which then count at steps 0, ``period``, 2 ``period`` of an epoch.

        A matter of structure: it may follow from static fields alone.
        """
        return 1

    # What the networks are built for; all of it structure.

    def extra_latents(self, geometry: Geometry) -> int:
        """Numbers that ``latents`` puts behind the latents of a sample."""
        return 0

    def presented_geometry(self, geometry: Geometry) -> Geometry:
        """The form of what the discriminator gets where samples of this form go through ``presented``."""
        return geometry

    def extra_features(self, sizes: Sizes) -> int:
        """Numbers that ``features`` puts behind the discriminator's features of a sample."""
        return 0

    def generator_parameters(self, sizes: Sizes) -> tuple[Parameter, ...]:
        """Parameters of the trick's own that the generator's updates train."""
        return ()

    def discriminator_parameters(self, sizes: Sizes) -> tuple[Parameter, ...]:
        """Parameters of the trick's own that the discriminator's updates train."""
        return ()

    def initial_state(self, lanes: Lanes) -> Mapping[str, Tensor]:
        """State at step 0, [K, ...] tensors by name."""
        return {}

    # How samples are made and looked at, in every pass.

    def latents(self, lanes: Lanes, latents: Float[Tensor, "K B Z"], classes: Classes) -> Float[Tensor, "K B Z"]:
        """Change the latents, in training and in sampling alike."""
        return latents

    def plain_latents(self, geometry: Geometry) -> str | None:
        """What ``latents`` does, for generators that are exported: an expression of torch on ``latents`` [n, Z].

        What the trick draws (a class for each sample, say) the expression draws by ``torch``. A trick that overrides
        ``latents`` overrides this too; None where it cannot be said so.
        """
        return "latents" if type(self).latents is Trick.latents else None

    def discriminator_weights(self, lanes: Lanes, weights: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """Change the parameters [K, *shape] that the discriminator computes with; gradients go through the change."""
        return weights

    def presented(self, lanes: Lanes, images: Tensor, classes: Classes) -> Tensor:
        """Bring samples [K, B, *shape] into the form that the discriminator is built for."""
        return images

    def features(self, lanes: Lanes, features: Float[Tensor, "K B F"], classes: Classes) -> Float[Tensor, "K B F"]:
        """Put numbers behind the discriminator's features."""
        return features

    def scores(
        self, lanes: Lanes, scores: Float[Tensor, "K B"], features: Tensor | None, classes: Classes
    ) -> Float[Tensor, "K B"]:
        """Change the discriminator's scores; ``features`` [K, B, F] are those before any trick."""
        return scores

    # The discriminator's update.

    def fakes(self, lanes: Lanes, shown: Shown) -> Shown:
        """Change which fakes the discriminator's update sees; no gradient is recorded."""
        return shown

    def labels(self, lanes: Lanes, labels: Labels) -> Labels:
        """Change the targets of the discriminator's update."""
        return labels

    def discriminator_input(self, lanes: Lanes, images: Tensor, role: Role) -> Tensor:
        """Change what the discriminator sees, [K, B, *shape], in either update."""
        return images

    def discriminator_loss(self, lanes: Lanes, batch: Batch) -> Float[Tensor, " K"] | None:
        """A term of the discriminator's loss per lane, or None."""
        return None

    def after_discriminator_update(self, lanes: Lanes) -> None:
        """Change the discriminator's parameters or the trick's state in place; no gradient is recorded."""

    # The generator's update.

    def generator_labels(self, lanes: Lanes, labels: Float[Tensor, "K B"]) -> Float[Tensor, "K B"]:
        """Change the targets of the generator's update."""
        return labels

    def opponent(self, lanes: Lanes) -> Float[Tensor, "K P"] | None:
        """Discriminator parameters against which the generator is updated instead of the live ones, or None."""
        return None

    def adversarial_loss(self, lanes: Lanes, loss: Float[Tensor, " K"]) -> Float[Tensor, " K"]:
        """Change the generator's own loss per lane, before the terms of the tricks."""
        return loss

    def generator_loss(self, lanes: Lanes, batch: Batch) -> Float[Tensor, " K"] | None:
        """A term of the generator's loss per lane, or None."""
        return None

    # Either update.

    def gradients(self, lanes: Lanes, gradients: Float[Tensor, "K P"], player: PlayerName) -> Float[Tensor, "K P"]:
        """Change the gradient of a player's loss at its parameters before its optimizer gets it."""
        return gradients

    def update_share(self, lanes: Lanes, loss: Float[Tensor, " K"], player: PlayerName) -> Float[Tensor, " K"] | None:
        """The share of a player's update that is made, 1 for all of it; None where nothing is changed.

        A share of 0 leaves the parameters and the optimizer's state as they are.
        """
        return None

    def after_step(self, lanes: Lanes) -> None:
        """Update the trick's state after both updates; no gradient is recorded."""

    def measured(self, lanes: Lanes) -> Mapping[str, Float[Tensor, " K"]]:
        """Numbers of this step that are recorded beside the others, by the names in ``signals``."""
        return {}

    # Evaluation.

    def averaged_generator(self, lanes: Lanes) -> Float[Tensor, "K P"] | None:
        """Generator parameters to evaluate instead of the live ones, or None."""
        return None


def across(number: Scalar, like: Tensor) -> Scalar:
    """A traced field made to broadcast over ``like`` [K, ...]: a plain number as it is, [K] as [K, 1, ...]."""
    if isinstance(number, torch.Tensor) and number.ndim == 1:
        return number.reshape(-1, *[1] * (like.ndim - 1))
    return number


tricks: Registry[Trick] = Registry("trick", Trick, "gansearch.tricks")
