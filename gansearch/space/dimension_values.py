"""The values of a dimension: whether one belongs to it, which is nearest, and all of them where they can be counted."""

from __future__ import annotations

from decimal import Decimal

from gansearch.dimensions import Choice, Dimension, Float, Int
from gansearch.plugins import nearest
from gansearch.records import Setting

OFF_GRID = 1e-6
"""Distance from a grid point, in steps, that counts as rounding."""


def coerce(dimension: Dimension, value: Setting) -> Setting:
    """``value`` in the dimension's own type: a whole number becomes a real one where the dimension is real."""
    if isinstance(value, bool) or not isinstance(value, int):
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
    points = grid_values(dimension) if dimension.step is not None else None
    if points is not None:
        return min(points, key=lambda point: abs(float(point) - within))  # type: ignore[arg-type]
    return round(within) if isinstance(dimension, Int) else float(within)


def grid_values(dimension: Dimension) -> tuple[Setting, ...] | None:
    """Every value in order, or None for a real dimension without a step, which has no end of them."""
    if isinstance(dimension, Choice):
        return dimension.choices
    if isinstance(dimension, Int):
        return tuple(range(dimension.low, dimension.high + 1, dimension.step or 1))
    if dimension.step is None:
        return (dimension.low,) if dimension.low == dimension.high else None
    # In decimals, as written: 0.1 + 2 * 0.1 is 0.3 and not 0.30000000000000004.
    low, step = Decimal(str(dimension.low)), Decimal(str(dimension.step))
    count = round((dimension.high - dimension.low) / dimension.step) + 1
    return tuple(float(low + index * step) for index in range(count))


def rule(dimension: Dimension) -> str:
    """What must hold of a value, as a sentence fragment."""
    if isinstance(dimension, Choice):
        names = ", ".join(text(choice) for choice in dimension.choices)
        return f"must be {names}" if len(dimension.choices) == 1 else f"must be one of {names}"
    word = "a whole number" if isinstance(dimension, Int) else "a number"
    grid = f" in steps of {text(dimension.step)}" if dimension.step is not None else ""
    return f"must be {word} in [{text(dimension.low)}, {text(dimension.high)}]{grid}"


def meant(dimension: Dimension, value: Setting) -> str | None:
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


def dimension_text(dimension: Dimension) -> str:
    """A dimension as a search space writes it: ``float: [1e-05, 0.001], log: true``."""
    if isinstance(dimension, Choice):
        return f"choice: [{', '.join(text(choice) for choice in dimension.choices)}]"
    kind = "int" if isinstance(dimension, Int) else "float"
    log = ", log: true" if dimension.log else ""
    step = f", step: {text(dimension.step)}" if dimension.step is not None else ""
    return f"{kind}: [{text(dimension.low)}, {text(dimension.high)}]{log}{step}"
