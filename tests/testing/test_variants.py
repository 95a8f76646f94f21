from __future__ import annotations

from dataclasses import dataclass

import pytest
import torch

from gansearch.dimensions import Choice, Float, Int, static, traced
from gansearch.testing.variants import small_settings, stacked, structures, variants


@dataclass(frozen=True, kw_only=True)
class Some:
    weight: float | torch.Tensor = traced(1.0, Float(0.5, 2.0), "weight of the thing")
    size: int = static(4, Int(2, 8), "size of the thing")
    form: str = static("flat", Choice(("flat", "round", "bent")), "form of the thing")


def test_lanes_take_the_low_the_default_and_the_high_in_turn() -> None:
    assert [lane.weight for lane in variants(Some, 4)] == [0.5, 1.0, 2.0, 0.5]


def test_static_settings_are_the_same_in_every_lane() -> None:
    assert {lane.form for lane in variants(Some, 3, {"form": "bent"})} == {"bent"}


def test_each_choice_is_a_structure() -> None:
    assert list(structures(Some)) == [{}, {"form": "round"}, {"form": "bent"}]


def test_stacked_lanes_hold_one_number_each() -> None:
    together = stacked(variants(Some, 3))
    assert isinstance(together.weight, torch.Tensor)
    assert together.weight.tolist() == [0.5, 1.0, 2.0]
    assert together.size == 4


def test_small_settings_are_the_low_ends_and_what_is_wanted() -> None:
    assert small_settings(Some, {}) == {"size": 2}
    assert small_settings(Some, {"size": 3, "elsewhere": 1}) == {"size": 3}


def test_a_traced_field_must_have_a_range() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Wrong:
        weight: float = traced(1, Int(0, 2), "weight of the thing", limits=Float(0, 2))  # type: ignore[arg-type]

    with pytest.raises(AssertionError, match="weight: a traced field must have a float range"):
        variants(Wrong, 1)
