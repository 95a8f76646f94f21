"""The values of a dimension: whether one belongs to it, which is nearest, and all of them where they can be counted."""

from __future__ import annotations

from decimal import Decimal
from math import floor

from gansearch.dimensions import Choice, Dimension, Float, Int, Limits, Text
from gansearch.plugins import nearest
from gansearch.records import Setting

OFF_GRID = 1e-6
"""Distance from a grid point, in steps, that counts as rounding."""
MOST_STEPS = 1_000_000
"""Steps of a grid at most: beyond it neighbours can no longer be told apart by ``OFF_GRID``."""
LARGEST_INT = 2**63
"""Whole numbers from here on are of no dimension, and are never made real ones."""


def coerce(dimension: Limits, value: Setting) -> Setting:
    """``value`` in the dimension's own type: a whole number becomes a real one where the dimension is real."""
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= LARGEST_INT:
        return value
    if isinstance(dimension, Float):
        return float(value)
    if isinstance(dimension, Choice) and not dimension.contains(value) and dimension.contains(float(value)):
        return float(value)
    return value


def contains(dimension: Dimension, value: Setting) -> bool:
    """Whether ``value`` can be sampled: within the bounds and, where there is a step, on the grid."""
    if not dimension.contains(value):
        return False
    if isinstance(dimension, Choice) or dimension.step is None:
        return True
    steps = (float(value) - dimension.low) / dimension.step  # type: ignore[arg-type]
    return abs(steps - round(steps)) <= OFF_GRID


def closest(dimension: Dimension, value: Setting) -> Setting:
    """``value`` where the dimension contains it, else its nearest value: a bound, a grid point, the first choice."""
    value = coerce(dimension, value)
    if contains(dimension, value):
        return value
    if isinstance(dimension, Choice):
        return dimension.choices[0]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return dimension.low
    within = min(max(value, dimension.low), dimension.high)
    if dimension.step is not None:
        below = min(floor((within - dimension.low) / dimension.step), _last_step(dimension))
        points = [_grid_value(dimension, index) for index in (below, min(below + 1, _last_step(dimension)))]
        return min(points, key=lambda point: abs(point - within))
    return round(within) if isinstance(dimension, Int) else float(within)


def grid_values(dimension: Dimension) -> tuple[Setting, ...] | None:
    """Every value in order, or None for a real dimension without a step, which has no end of them."""
    if isinstance(dimension, Choice):
        return dimension.choices
    count = grid_count(dimension)
    return None if count is None else tuple(_grid_value(dimension, index) for index in range(count))


def grid_count(dimension: Dimension) -> int | None:
    """How many values ``grid_values`` has; None where they have no end."""
    if isinstance(dimension, Choice):
        return len(dimension.choices)
    if isinstance(dimension, Float) and dimension.step is None:
        return 1 if dimension.low == dimension.high else None
    return _last_step(dimension) + 1


def _last_step(dimension: Int | Float) -> int:
    """Steps from the low end to the last value."""
    if isinstance(dimension, Int):
        return (dimension.high - dimension.low) // (dimension.step or 1)
    return 0 if dimension.step is None else round((dimension.high - dimension.low) / dimension.step)


def _grid_value(dimension: Int | Float, index: int) -> float:
    """The value ``index`` steps above the low end, of the dimension's own type."""
    if isinstance(dimension, Int):
        return dimension.low + index * (dimension.step or 1)
    # In decimals, as written: 0.1 + 2 * 0.1 is 0.3 and not 0.30000000000000004.
    return float(Decimal(str(dimension.low)) + index * Decimal(str(dimension.step or 0.0)))


def rule(dimension: Limits) -> str:
    """What must hold of a value, as a sentence fragment."""
    if isinstance(dimension, Text):
        return f"must be {dimension.rule}"
    if isinstance(dimension, Choice):
        names = ", ".join(text(choice) for choice in dimension.choices)
        return f"must be {names}" if len(dimension.choices) == 1 else f"must be one of {names}"
    word = "a whole number" if isinstance(dimension, Int) else "a number"
    grid = f" in steps of {text(dimension.step)}" if dimension.step is not None else ""
    return f"must be {word} in [{text(dimension.low)}, {text(dimension.high)}]{grid}"


def meant(dimension: Limits, value: Setting) -> str | None:
    """The choice that ``value`` was probably meant to be, or None."""
    if not isinstance(dimension, Choice):
        return None
    return nearest(str(value), tuple(text(choice) for choice in dimension.choices))


def text(value: Setting) -> str:
    """A value as a search space writes it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


def dimension_text(dimension: Limits) -> str:
    """A dimension as a search space writes it: ``float: [1e-05, 0.001], log: true``."""
    if isinstance(dimension, Text):
        return dimension.rule
    if isinstance(dimension, Choice):
        return f"choice: [{', '.join(text(choice) for choice in dimension.choices)}]"
    kind = "int" if isinstance(dimension, Int) else "float"
    log = ", log: true" if dimension.log else ""
    step = f", step: {text(dimension.step)}" if dimension.step is not None else ""
    return f"{kind}: [{text(dimension.low)}, {text(dimension.high)}]{log}{step}"
