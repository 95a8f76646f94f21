"""What excludes what: pairs of properties that follow from the facts of plug-ins, each with its reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from gansearch.records import Facts, Setting
from gansearch.space.drafts import Alternative, Draft

Property: TypeAlias = Callable[[str, Alternative], bool]
"""Whether the alternative of a setting, told by its path, has it."""

DISCRIMINATOR: Final = "discriminator.architecture"
LOSS: Final = "loss.name"
LABELS: Final = "training.labels"
OWN: Final = "own"
"""The classes that the data set itself has, among the choices of ``LABELS``."""


@dataclass(frozen=True)
class Conflict:
    """Two properties that exclude each other."""

    one: Property
    other: Property
    reason: str
    """What the one cannot do because of ``{other}``."""

    @property
    def is_symmetric(self) -> bool:
        """Whether it is one property, which at most one thing can have."""
        return self.one is self.other


def _has(fact: str) -> Property:
    return lambda _, alternative: bool(getattr(alternative.facts, fact))


def _lacks(path: str, *facts: str) -> Property:
    """The setting at ``path`` has none of the facts."""
    return lambda at, alternative: at == path and not any(getattr(alternative.facts, fact) for fact in facts)


def _at_most_one(fact: str, reason: str) -> Conflict:
    has = _has(fact)
    return Conflict(has, has, reason)


def _couples_scores(path: str, alternative: Alternative) -> bool:
    """A generator may couple its batch: gradients per sample are those of the discriminator's scores."""
    return alternative.facts.couples_batch and not path.startswith("generator.")


def _is_without_classes(path: str, alternative: Alternative) -> bool:
    return path == LABELS and alternative.is_without_classes


def _is_without_images(path: str, alternative: Alternative) -> bool:
    return path != LABELS and alternative.geometry is not None and len(alternative.geometry.shape) != 3


CONFLICTS: Final = (
    Conflict(_has("needs_independent_samples"), _couples_scores, "takes gradients per sample, which {other} couples"),
    Conflict(
        _has("needs_targets"),
        _lacks(LOSS, "has_targets", "is_probability_loss"),
        "acts on the targets of a loss, which {other} does not have",
    ),
    Conflict(
        _has("needs_probability_loss"),
        _lacks(LOSS, "is_probability_loss"),
        "reads scores as the logits of a probability, which {other} does not make of them",
    ),
    Conflict(
        _has("needs_energies"),
        _lacks(DISCRIMINATOR, "gives_energies"),
        "takes reconstruction errors, which {other} does not give",
    ),
    Conflict(
        _has("gives_energies"),
        _lacks(LOSS, "needs_energies"),
        "scores by reconstruction errors, which mean nothing to {other}",
    ),
    Conflict(
        _has("needs_features"),
        _lacks(DISCRIMINATOR, "gives_features"),
        "acts on features, which {other} does not give",
    ),
    Conflict(
        _has("needs_single_samples"),
        _has("packs_samples"),
        "needs every sample by itself, and {other} packs several together",
    ),
    Conflict(
        _has("needs_latents"),
        _has("replaces_fakes"),
        "needs the latents of the fakes, and {other} puts other fakes in their place",
    ),
    _at_most_one("shapes_latents", "decides the distribution of the latents, as does {other}"),
    _at_most_one("makes_scores", "decides what a score is, as does {other}"),
    Conflict(
        _has("needs_labels"),
        _is_without_classes,
        "needs classes, which {other} does not have (training.labels: kmeans makes some)",
    ),
    Conflict(_has("needs_images"), _is_without_images, "needs images, which {other} does not have"),
)


def with_own_classes(drafts: Sequence[Draft]) -> list[Draft]:
    """The drafts with what the data set's own labels stand for: trials that make labels need none of its classes."""
    source = next((each for draft in drafts for each in draft.alternatives.values() if each.geometry), None)
    if source is None:
        return list(drafts)
    own: dict[Setting, Alternative] = {OWN: replace(source, facts=Facts(), misfit=None)}
    return [replace(draft, alternatives=own) if draft.path == LABELS else draft for draft in drafts]
