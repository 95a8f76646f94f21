"""What a search space holds, as rows for people: path, dimension, conditions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gansearch.space.dimension_values import dimension_text, text
from gansearch.space.parameters import Condition
from gansearch.space.search_space import SearchSpace


@dataclass(frozen=True)
class Row:
    """One setting of a search space."""

    path: str
    dimension: str
    """As the file would write it: ``float: [1e-05, 0.001], log: true``, or a fixed value."""
    conditions: str
    """Empty for a setting that every trial has."""
    searched: bool


def describe(space: SearchSpace) -> tuple[Row, ...]:
    """Searched parameters, parents first, then what is fixed, then what holds only under conditions."""
    searched = [
        Row(parameter.path, dimension_text(parameter.dimension), _conditions(parameter.conditions), True)
        for parameter in space.parameters
    ]
    fixed = [Row(path, text(value), "", False) for path, value in sorted(space.fixed.items())]
    rest = [
        Row(constant.path, text(constant.value), _conditions(constant.conditions) or "otherwise", False)
        for constant in space.constants
    ]
    return (*searched, *fixed, *rest)


def _conditions(conditions: Sequence[Condition]) -> str:
    return " and ".join(str(condition) for condition in conditions)
