"""The facts of a plug-in: those of its class, and what the fields of an instance add."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import pytest

from gansearch.dimensions import Choice, static
from gansearch.plugins import Factual
from gansearch.records import Facts

KINDS = Choice(("plain", "batch", "odd"))


@dataclass(frozen=True, kw_only=True)
class Layered(Factual):
    """Couples the batch where its layers do."""

    name: ClassVar[str] = "layered"
    facts: ClassVar[Facts] = Facts(needs_labels=True)

    kind: str = static("plain", KINDS, "kind of layer", implies={"batch": ("couples_batch",), "odd": ("no_such_fact",)})


@dataclass(frozen=True, kw_only=True)
class Heir(Layered):
    """Says nothing about itself; one more field implies something."""

    name: ClassVar[str] = "heir"
    loss: str = static("any", Choice(("any", "cross_entropy")), "loss", implies={"cross_entropy": ("needs_labels",)})


@pytest.mark.parametrize("cls", [Layered, Heir])
def test_facts_of_the_class_hold_whatever_the_fields_are(cls: type[Layered]) -> None:
    assert cls.facts == Facts(needs_labels=True)
    assert cls().facts == Facts(needs_labels=True)


@pytest.mark.parametrize("cls", [Layered, Heir])
def test_an_instance_has_what_its_fields_imply(cls: type[Layered]) -> None:
    assert cls(kind="batch").facts == Facts(needs_labels=True, couples_batch=True)
    assert replace(cls(kind="batch"), kind="plain").facts == Facts(needs_labels=True)


def test_a_subclass_may_state_other_facts() -> None:
    class Other(Layered):
        facts: ClassVar[Facts] = Facts(is_probability_loss=True)

    assert Other(kind="batch").facts == Facts(is_probability_loss=True, couples_batch=True)
    assert Layered(kind="batch").facts == Facts(needs_labels=True, couples_batch=True)


def test_a_fact_that_nobody_knows_is_named() -> None:
    with pytest.raises(TypeError, match="no_such_fact"):
        _ = Layered(kind="odd").facts
