"""What every plug-in must say about itself."""

from __future__ import annotations

import re

from gansearch.dimensions import Choice, Declared, declared
from gansearch.plugins import Plugin

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
SHORTEST_MEANING = 5


def check_declaration(cls: type[Plugin]) -> None:
    """A frozen dataclass with a name, a docstring of its own, and a range and a meaning for each field."""
    parameters = getattr(cls, "__dataclass_params__", None)
    assert parameters is not None, f"{cls.__name__} must be a dataclass"
    assert parameters.frozen, f"{cls.__name__} must be frozen"
    assert NAME.fullmatch(cls.name), f"{cls.__name__}.name must be in snake case; got {cls.name!r}"
    doc = vars(cls).get("__doc__") or ""
    # A dataclass without a docstring is given its signature as one.
    has_doc = doc != "" and not doc.startswith(f"{cls.__name__}(")
    assert has_doc, f"{cls.__name__} must have a docstring; got {doc!r}"
    for field in declared(cls).values():
        _check_field(cls, field)


def _check_field(cls: type, field: Declared) -> None:
    where = f"{cls.__name__}.{field.name}"
    assert len(field.meaning) >= SHORTEST_MEANING, f"{where} must say what it means; got {field.meaning!r}"
    if field.dimension is None:
        assert not field.traced, f"{where} must have a range, since it is traced"
        return
    if field.default is not None:
        assert field.limits.contains(field.default), f"the default of {where} must be allowed; got {field.default!r}"
    ends = (
        field.dimension.choices if isinstance(field.dimension, Choice) else (field.dimension.low, field.dimension.high)
    )
    for end in ends:
        assert field.limits.contains(end), f"the range of {where} must lie within {field.limits}; got {end!r}"
