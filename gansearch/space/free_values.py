"""Reads the value of a parameter that only a user's script knows: anything fixed, or any dimension."""

from __future__ import annotations

import math
from typing import Final

from gansearch.dimensions import Choice, Dimension, Float, Int
from gansearch.records import Setting
from gansearch.space.nodes import Node
from gansearch.space.problems import Problems
from gansearch.space.values import Reading, read_value

ANY_NUMBER: Final = Float(-1e300, 1e300)
ANY_WHOLE: Final = Int(-(2**53), 2**53)


def read_free(node: Node, problems: Problems) -> Reading | None:
    """The value or dimension, or None where it is wrong."""
    if node.is_mapping:
        return read_value(node, _limits(node), problems)
    if node.is_list:
        problems.add(node, "must be a number, a word, true, false or null, or a dimension such as {choice: [a, b]}")
        return None
    value = node.scalar
    if isinstance(value, float) and not math.isfinite(value):
        problems.add(node, "must be a finite number")
        return None
    return Reading(value)


def middle(dimension: Dimension) -> Setting:
    """A value to begin with where nobody says one: the middle of a range, in its logarithm where that is searched."""
    if isinstance(dimension, Choice):
        return dimension.choices[0]
    low, high = float(dimension.low), float(dimension.high)
    return math.exp((math.log(low) + math.log(high)) / 2) if dimension.log else low + (high - low) / 2


def _limits(node: Node) -> Dimension:
    """What the form of the dimension allows; of a choice, the very values that it lists."""
    if "choice" in node.entries:
        found: dict[tuple[type, Setting], Setting] = {}
        for item in node.entries["choice"].items:
            if item.is_scalar and not (isinstance(item.scalar, float) and not math.isfinite(item.scalar)):
                found.setdefault((type(item.scalar), item.scalar), item.scalar)
        return Choice(tuple(found.values()) or (None,))
    return ANY_WHOLE if "int" in node.entries else ANY_NUMBER
