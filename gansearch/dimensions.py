"""Search dimensions (float, int, choice) and how a dataclass declares that its fields are such dimensions.

A trick, network, optimizer, loss, detector or data set is a frozen dataclass; each of its fields is declared with
``traced`` (a number that may differ between the lanes of one pack) or ``static`` (part of the pack's structure).
The field then carries its default, its recommended range, its unit and its meaning, from which the search space,
the documentation and the contract tests are made.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Value: TypeAlias = float | int | str | bool | None
"""What a parameter can be set to. ``None`` stands for "absent"."""


@dataclass(frozen=True)
class Float:
    """A real number in ``[low, high]``; uniform, or uniform in its logarithm, or on a grid of width ``step``.

    Raises:
        ValueError: where the bounds are not finite or not in order, or ``log`` meets ``low <= 0`` or ``step``.
    """

    low: float
    high: float
    log: bool = False
    step: float | None = None

    def __post_init__(self) -> None:
        _check_bounds(self.low, self.high, self.log, self.step)

    def contains(self, value: object) -> bool:
        """Whether ``value`` is a number within the bounds (a value off the grid of ``step`` counts as within)."""
        return _is_number(value) and self.low <= value <= self.high  # type: ignore[operator]


@dataclass(frozen=True)
class Int:
    """An integer in ``[low, high]``; uniform, or uniform in its logarithm, or in steps of ``step``.

    Raises:
        ValueError: where a bound is not an integer, or as for ``Float``.
    """

    low: int
    high: int
    log: bool = False
    step: int | None = None

    def __post_init__(self) -> None:
        for name in ("low", "high", "step"):
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
                raise ValueError(f"{name} of an int must be a whole number; got {value!r}")
        _check_bounds(self.low, self.high, self.log, self.step)

    def contains(self, value: object) -> bool:
        """Whether ``value`` is an integer within the bounds."""
        return isinstance(value, int) and not isinstance(value, bool) and self.low <= value <= self.high


@dataclass(frozen=True)
class Choice:
    """One of several values, without an order.

    Raises:
        ValueError: where there is no choice, or one stands twice.
    """

    choices: tuple[Value, ...]

    def __post_init__(self) -> None:
        if not self.choices:
            raise ValueError("a choice must have at least one value; got none")
        if len({(type(choice), choice) for choice in self.choices}) != len(self.choices):
            raise ValueError(f"the values of a choice must differ; got {list(self.choices)!r}")

    def contains(self, value: object) -> bool:
        """Whether ``value`` is one of the choices, of the same type."""
        return any(type(choice) is type(value) and choice == value for choice in self.choices)


@dataclass(frozen=True)
class Text:
    """Words of the user's, as a path; they are set and never searched."""

    rule: str = "a text"
    """What they are, as it follows "must be"."""
    pattern: str = "(?s).+"
    """What the whole of them must match."""

    def contains(self, value: object) -> bool:
        """Whether ``value`` is such words."""
        return isinstance(value, str) and re.fullmatch(self.pattern, value) is not None


Dimension: TypeAlias = Float | Int | Choice
Limits: TypeAlias = Dimension | Text
"""What a value must lie within."""


@dataclass(frozen=True)
class Declared:
    """What a dataclass says about one of its fields."""

    name: str
    default: Any
    dimension: Dimension | None
    """The recommended range; None for a field that is not searched (a path, say)."""
    meaning: str
    unit: str | None
    limits: Limits
    """What is allowed at all; the recommended range lies within it."""
    traced: bool
    """Whether it is a number that lanes of one pack may differ in, where it is a tensor of shape [K]."""
    implies: Mapping[Value, tuple[str, ...]] = field(default_factory=dict)
    """The facts, by their names in ``records.Facts``, that a value of the field brings; of a choice alone."""
    mixed: bool = False
    """Whether lanes of one pack may differ in it though it is structure: it is a tuple of K values where they do."""

    @property
    def may_differ(self) -> bool:
        """Whether lanes of one pack may differ in it."""
        return self.traced or self.mixed

    @property
    def optional(self) -> bool:
        """Whether None is allowed: it is where it is the default."""
        return self.default is None


def traced(
    default: float, dimension: Float, meaning: str, *, unit: str | None = None, limits: Float | None = None
) -> Any:
    """Declare a field whose number may differ between the lanes of one pack, where it is a tensor of shape [K]."""
    return _declare(Declared("", default, dimension, meaning, unit, limits or dimension, traced=True))


def static(
    default: Value,
    dimension: Limits,
    meaning: str,
    *,
    unit: str | None = None,
    limits: Dimension | None = None,
    implies: Mapping[Any, Sequence[str]] | None = None,
    mixed: bool = False,
) -> Any:
    """Declare a field that is part of the structure: equal in every lane of one pack, unless it is ``mixed``.

    Args:
        default: what holds where nothing is said.
        dimension: the recommended range; ``Text`` for what is not searched.
        meaning: what it is, in words.
        unit: of a number that has one.
        limits: what is allowed at all; the recommended range where left out.
        implies: facts that single choices bring: ``{"batch": ("couples_batch",)}``. A plug-in's ``facts`` hold for
            every value of its fields, these where the field has that value.
        mixed: whether what is built can have another value in every lane: in a pack whose lanes differ the field holds
            a tuple of K values. Lanes are then sorted by it, numbers from the largest down.

    Raises:
        ValueError: where the default, or a value that implies something, is not allowed; or a range implies something;
            or a mixed field implies something or has no value.
    """
    if mixed and (implies or default is None):
        raise ValueError(f"a mixed field must imply no facts and have a value by default ({meaning})")
    brought = {value: tuple(names) for value, names in (implies or {}).items()}
    allowed = limits or dimension
    for value in brought:
        if not isinstance(allowed, Choice) or not allowed.contains(value):
            raise ValueError(
                f"a value that implies facts must be one of the field's choices; got {value!r} ({meaning})"
            )
    recommended = None if isinstance(dimension, Text) else dimension
    return _declare(
        Declared("", default, recommended, meaning, unit, allowed, traced=False, implies=brought, mixed=mixed)
    )


def declared(cls: type) -> Mapping[str, Declared]:
    """What ``cls`` declares, by field name, in the order of its fields.

    Raises:
        TypeError: where a field has been declared with neither ``traced`` nor ``static``.
    """
    found: dict[str, Declared] = {}
    for each in dataclasses.fields(cls):
        if "declared" not in each.metadata:
            raise TypeError(f"{cls.__name__}.{each.name} must be declared with traced() or static()")
        found[each.name] = dataclasses.replace(each.metadata["declared"], name=each.name)
    return found


def _declare(said: Declared) -> Any:
    if said.default is not None and not said.limits.contains(said.default):
        raise ValueError(f"the default must lie within the limits {said.limits}; got {said.default!r} ({said.meaning})")
    return dataclasses.field(default=said.default, metadata={"declared": said})


def _is_number(value: object) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))


def _check_bounds(low: float, high: float, log: bool, step: float | None) -> None:
    if not (_is_number(low) and _is_number(high)):
        raise ValueError(f"low and high must be finite numbers; got [{low!r}, {high!r}]")
    if low > high:
        raise ValueError(f"low must not be above high; got [{low!r}, {high!r}]")
    if log and low <= 0:
        raise ValueError(f"low must be above 0 on a logarithmic scale; got {low!r}")
    if step is not None and step <= 0:
        raise ValueError(f"step must be above 0; got {step!r}")
    if step is not None and log:
        raise ValueError("log and step exclude each other; got both")
