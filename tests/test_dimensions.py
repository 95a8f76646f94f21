"""What a dataclass declares about its fields: facts that single choices bring."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from gansearch.dimensions import Choice, Int, declared, static

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
