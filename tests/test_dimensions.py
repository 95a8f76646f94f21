"""What a dataclass declares about its fields: facts that single choices bring."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from gansearch.dimensions import Choice, Float, Int, declared, static, traced

KINDS = Choice(("plain", "batch"))


def test_a_choice_may_imply_facts() -> None:
    @dataclass(frozen=True)
    class Layered:
        kind: str = static("plain", KINDS, "kind of layer", implies={"batch": ["couples_batch"]})
        size: int = static(4, Int(2, 8), "size of the layer")

    said = declared(Layered)

    assert said["kind"].implies == {"batch": ("couples_batch",)}
    assert said["size"].implies == {}


def test_only_a_choice_of_the_field_may_imply_something() -> None:
    with pytest.raises(ValueError, match="must be one of the field's choices; got 'group' \\(kind of layer\\)"):
        static("plain", KINDS, "kind of layer", implies={"group": ["couples_batch"]})
    with pytest.raises(ValueError, match="must be one of the field's choices; got 4 \\(size\\)"):
        static(4, Int(2, 8), "size", implies={4: ["couples_batch"]})


def test_lanes_may_differ_in_numbers_and_in_mixed_structure() -> None:
    @dataclass(frozen=True)
    class Deep:
        depth: int = static(4, Int(2, 8), "number of layers", mixed=True)
        width: int = static(4, Int(2, 8), "size of a layer")
        rate: float = traced(0.5, Float(0.0, 1.0), "share that is dropped")

    said = declared(Deep)

    assert [name for name, field in said.items() if field.may_differ] == ["depth", "rate"]
    assert [name for name, field in said.items() if field.mixed] == ["depth"]


def test_a_mixed_field_has_a_value_and_implies_nothing() -> None:
    with pytest.raises(ValueError, match=r"must imply no facts and have a value by default \(kind of layer\)"):
        static("plain", KINDS, "kind of layer", implies={"batch": ["couples_batch"]}, mixed=True)
    with pytest.raises(ValueError, match=r"must imply no facts and have a value by default \(depth\)"):
        static(None, Int(2, 8), "depth", mixed=True)
