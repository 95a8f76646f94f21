from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pytest

from gansearch.dimensions import Float, Int, static
from gansearch.plugins import Plugin
from gansearch.testing.contracts import check_declaration


@dataclass(frozen=True)
class Good(Plugin):
    """Something with one setting."""

    name: ClassVar[str] = "good"
    size: int = static(4, Int(2, 8), "size of the thing", limits=Int(1, 16))


@dataclass
class Thawed(Plugin):
    """Something that can be changed."""

    name: ClassVar[str] = "thawed"


class Plain(Plugin):
    """Something that is no dataclass."""

    name: ClassVar[str] = "plain"


@dataclass(frozen=True)
class Silent(Plugin):
    name: ClassVar[str] = "silent"


@dataclass(frozen=True)
class Terse(Plugin):
    """Something with a setting that says nothing."""

    name: ClassVar[str] = "terse"
    size: int = static(4, Int(2, 8), "size")


@dataclass(frozen=True)
class Wide(Plugin):
    """Something whose range is wider than what is allowed."""

    name: ClassVar[str] = "wide"
    size: float = static(0.5, Float(0.0, 2.0), "size of the thing", limits=Float(0.0, 1.0))


@dataclass(frozen=True)
class Undeclared(Plugin):
    """Something with a field that declares nothing."""

    name: ClassVar[str] = "undeclared"
    size: int = 3


def test_a_good_plugin_passes() -> None:
    check_declaration(Good)


@pytest.mark.parametrize(
    ("cls", "message"),
    [
        (Thawed, "Thawed must be frozen"),
        (Plain, "Plain must be a dataclass"),
        (Silent, "Silent must have a docstring; got"),
        (Terse, "Terse.size must say what it means; got 'size'"),
        (Wide, r"the range of Wide.size must lie within .*; got 2\.0"),
    ],
)
def test_each_broken_rule_is_named(cls: type[Plugin], message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_declaration(cls)


def test_every_field_must_be_declared() -> None:
    with pytest.raises(TypeError, match=r"Undeclared\.size must be declared with traced\(\) or static\(\)"):
        check_declaration(Undeclared)
