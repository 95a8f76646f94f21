"""Tricks that can be on together, in groups: what tests train all at once."""

from __future__ import annotations

from collections.abc import Iterable

from gansearch.records import Facts
from gansearch.tricks import Trick

EXCLUDING: tuple[tuple[str, str], ...] = (
    ("needs_independent_samples", "couples_batch"),
    ("needs_single_samples", "packs_samples"),
    ("needs_latents", "replaces_fakes"),
    ("shapes_latents", "shapes_latents"),
    ("makes_scores", "makes_scores"),
)
"""Pairs of facts of which one trick's first and another's second exclude each other."""


def companies(kinds: Iterable[type[Trick]]) -> list[tuple[type[Trick], ...]]:
    """All of the tricks in as few groups as a first fit finds, in each of which they can be on together."""
    groups: list[list[type[Trick]]] = []
    for cls in sorted(kinds, key=lambda each: each.name):
        fitting = next((group for group in groups if all(_go_together(cls, other) for other in group)), None)
        if fitting is None:
            groups.append([cls])
        else:
            fitting.append(cls)
    return [tuple(group) for group in groups]


def _go_together(one: type[Trick], other: type[Trick]) -> bool:
    if one.slot is not None and one.slot == other.slot:
        return False
    return not (_excludes(one.facts, other.facts) or _excludes(other.facts, one.facts))


def _excludes(one: Facts, other: Facts) -> bool:
    return any(getattr(one, needs) and getattr(other, has) for needs, has in EXCLUDING)
