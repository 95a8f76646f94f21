"""``priors``: values from the literature that weigh in the first trials of a search.

A user who knows a good value need not narrow the range around it. As in Souza et al. 2021 (arXiv:2006.14608) and
Hvarfner et al. 2022 (arXiv:2204.11051) the belief counts at the beginning and what has been seen later on: in the first
``strength`` trials a parameter is drawn from its prior, which also leaves every other value a chance. The very first
takes the values themselves.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from gansearch.dimensions import Choice, Dimension, Float
from gansearch.plugins import nearest
from gansearch.records import Setting
from gansearch.space.dimension_values import closest, coerce, contains, meant, rule
from gansearch.space.nodes import Node
from gansearch.space.parameters import SearchParameter
from gansearch.space.plan import Plan
from gansearch.space.problems import Problems

STRENGTH: Final = 10
WEIGHT: Final = 0.8
SPREAD: Final = 0.1
"""Standard deviation around the value, as a share of the range (of its logarithm where that is searched)."""
_KEYS = ("value", "weight")


@dataclass(frozen=True)
class Prior:
    """A belief about one parameter."""

    value: Setting
    weight: float = WEIGHT
    """Chance that the belief is followed; otherwise any value is as likely as another."""

    def draw(self, dimension: Dimension, chance: Random) -> Setting:
        """With chance ``weight`` the value itself of a choice, or of numbers one around it; else any value."""
        is_followed = chance.random() < self.weight
        if isinstance(dimension, Choice):
            return self.value if is_followed else chance.choice(dimension.choices)
        low, high = (math.log(end) if dimension.log else float(end) for end in (dimension.low, dimension.high))
        middle = float(self.value)  # type: ignore[arg-type]
        middle = math.log(middle) if dimension.log else middle
        at = chance.gauss(middle, SPREAD * (high - low)) if is_followed else chance.uniform(low, high)
        at = min(max(at, low), high)
        return closest(dimension, _typed(dimension, math.exp(at) if dimension.log else at))


@dataclass(frozen=True)
class Priors:
    """The beliefs of a space."""

    beliefs: Mapping[str, Prior] = field(default_factory=dict)
    """By searched parameter."""
    strength: int = STRENGTH
    """Trials in which they count, after those of ``plan.enqueue``."""

    def draw(self, parameters: Sequence[SearchParameter], index: int, chance: Random) -> dict[str, Setting]:
        """A value for each parameter with a prior, whether it is asked for or not.

        Args:
            parameters: the searched ones.
            index: of the trial among those in which priors count; the first takes the very values that are believed in.
            chance: of the trial.
        """
        return {
            each.path: self.beliefs[each.path].draw(each.dimension, chance) if index else self.beliefs[each.path].value
            for each in parameters
            if each.path in self.beliefs
        }


def read_priors(
    node: Node | None, parameters: Sequence[SearchParameter], plan: Plan | None, unread: set[str], problems: Problems
) -> Priors:
    """The section.

    Args:
        node: what stands under ``priors``, or None.
        parameters: the searched parameters.
        plan: what is tried, or None where it could not be read.
        unread: paths in the file that could not be read; nothing more is said about them.
        problems: takes what is wrong.
    """
    if node is None:
        return Priors()
    if not node.is_mapping:
        problems.add(node, "must be a mapping from searched parameters to values, as {optimizer.generator.lr: 2e-4}")
        return Priors()
    if plan is not None and "grid" in (plan.kind, plan.sampler["name"]):
        problems.add(node, "must be left out: a grid tries every combination")
    known = {parameter.path: parameter.dimension for parameter in parameters}
    beliefs: dict[str, Prior] = {}
    for path, child in node.without("strength").entries.items():
        if path in known:
            found = _belief(child, known[path], problems)
            beliefs |= {} if found is None else {path: found}
        elif path not in unread:
            problems.add(
                child, "must be strength or a searched parameter", value=path, suggestion=nearest(path, tuple(known))
            )
    return Priors(beliefs, _strength(node.entries.get("strength"), problems))


def _strength(node: Node | None, problems: Problems) -> int:
    if node is None:
        return STRENGTH
    if isinstance(node.content, int) and not isinstance(node.content, bool) and 1 <= node.content <= 1_000_000:
        return node.content
    problems.add(node, "must be a whole number of trials in [1, 1000000]")
    return STRENGTH


def _belief(node: Node, dimension: Dimension, problems: Problems) -> Prior | None:
    """One prior: a value, or a value with its weight; None where it is wrong."""
    if not node.is_mapping:
        return Prior(coerce(dimension, node.scalar)) if _is_possible(node, dimension, problems) else None
    before = len(problems)
    for key, child in node.entries.items():
        if key not in _KEYS:
            problems.unknown(child, _KEYS, "must be a key of a prior")
    value, weight = (node.entries.get(key) for key in _KEYS)
    if value is None:
        problems.missing(node, "value", "must be given")
    elif _is_possible(value, dimension, problems):
        share = WEIGHT if weight is None else _weight(weight, problems)
        return Prior(coerce(dimension, value.scalar), share) if len(problems) == before else None
    return None


def _weight(node: Node, problems: Problems) -> float:
    share = node.content
    if isinstance(share, (int, float)) and not isinstance(share, bool) and 0 < share <= 1:
        return float(share)
    problems.add(node, "must be a number above 0 and at most 1")
    return WEIGHT


def _is_possible(node: Node, dimension: Dimension, problems: Problems) -> bool:
    value = coerce(dimension, node.scalar) if node.is_scalar else None
    if node.is_scalar and contains(dimension, value):
        return True
    likely = meant(dimension, node.scalar) if node.is_scalar else None
    problems.add(node, rule(dimension), suggestion=likely)
    return False


def _typed(dimension: Dimension, value: float) -> Setting:
    return value if isinstance(dimension, Float) else round(value)
