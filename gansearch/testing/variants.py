"""Values for the fields of a plug-in under test: the ends of its ranges, and lanes that differ in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar

import torch

from gansearch.dimensions import Choice, Declared, Float, Int, Value, declared
from gansearch.training.stacking import stack_traced

T = TypeVar("T")


def variants(cls: type[T], count: int, structure: Mapping[str, Value] = MappingProxyType({})) -> list[T]:
    """``count`` instances that differ in every traced field: its low, its default and its high in turn.

    Args:
        cls: a dataclass that declares its fields.
        count: how many.
        structure: values of static fields.
    """
    said = declared(cls)
    lanes = [
        {name: _traced_values(field)[lane % 3] for name, field in said.items() if field.traced} for lane in range(count)
    ]
    return [cls(**structure, **numbers) for numbers in lanes]


def mixtures(cls: type[T], count: int, structure: Mapping[str, Value] = MappingProxyType({})) -> list[T]:
    """As ``variants``, but that they differ in every mixed field too: integers of ``structure`` become larger in some.

    No order is kept: neighbours differ, and a value may come back further on.
    """
    said = declared(cls)
    mixed = [field for field in said.values() if field.mixed]
    return [
        variants(cls, count, {**structure, **{one.name: _mixed_value(one, structure, lane) for one in mixed}})[lane]
        for lane in range(count)
    ]


def small_settings(cls: type, wanted: Mapping[str, Value]) -> dict[str, Value]:
    """Static settings that keep a network small: integers at the low end, and what of ``wanted`` it declares.

    What is absent by default stays absent.
    """
    said = declared(cls)
    low = {
        name: field.dimension.low
        for name, field in said.items()
        if isinstance(field.dimension, Int) and not field.optional
    }
    return {**low, **{name: value for name, value in wanted.items() if name in said}}


def structures(cls: type) -> Iterator[dict[str, Value]]:
    """Settings of the static fields: the defaults, then each choice of each field alone (integers keep theirs)."""
    yield {}
    for name, field in declared(cls).items():
        if isinstance(field.dimension, Choice):
            yield from ({name: value} for value in field.dimension.choices if value != field.default)


def stacked(lanes: Sequence[T], dtype: torch.dtype = torch.float64) -> T:
    """One instance for all lanes, as in a pack; static fields that are not mixed must be equal."""
    return stack_traced(lanes, dtype=dtype)


def _mixed_value(field: Declared, structure: Mapping[str, Value], lane: int) -> Value:
    """One of three values in turn: the second, the first and the third."""
    place = (1, 0, 2)[lane % 3]
    if isinstance(field.limits, Choice):
        return field.limits.choices[place % len(field.limits.choices)]
    first = structure[field.name]
    assert isinstance(first, int), f"{field.name}: a mixed field must be a choice or whole numbers"
    return first + place


def _traced_values(field: Declared) -> tuple[float, float, float]:
    """Low, default and high of a traced field's recommended range."""
    assert isinstance(field.dimension, Float), f"{field.name}: a traced field must have a float range"
    return field.dimension.low, field.default, field.dimension.high
