from __future__ import annotations

from collections.abc import Callable

import pytest

from gansearch.errors import TrainingError
from gansearch.records import Assignment
from gansearch.trial.grouping import grouped, in_pack_order, signature

Make = Callable[..., Assignment]


def numbers(packs: list[list[Assignment]]) -> list[list[int]]:
    return [[each.identity.number for each in pack] for pack in packs]


def test_numbers_may_differ_within_a_structure(make: Make) -> None:
    assert signature(make(0, optimizer__generator__lr=1e-2)) == signature(make(1, discriminator__dropout=0.5))
    assert signature(make(0)) != signature(make(1, training__batch_size=64))


def test_what_cannot_be_trained_has_no_structure(make: Make) -> None:
    with pytest.raises(TrainingError, match=r"generator\.nosuch"):
        signature(make(0, generator__nosuch=1))


def test_equal_keys_share_packs_of_at_most_so_many_wherever_they_stand(make: Make) -> None:
    found = grouped([make(number) for number in range(7)], 2, lambda each: each.identity.number % 2)
    assert numbers(found) == [[0, 2], [4, 6], [1, 3], [5]]


def test_nothing_makes_no_pack() -> None:
    assert grouped([], 4, signature) == []


def test_depths_and_activations_may_differ_within_a_structure(make: Make) -> None:
    assert signature(make(0)) == signature(make(1, generator__layers=7, discriminator__activation="gelu"))
    assert signature(make(0)) != signature(make(1, generator__layers=1))


def test_trials_are_sorted_before_they_are_shared_out(make: Make) -> None:
    depths = (2, 5, 3, 5, 2)
    trials = [make(number, generator__layers=layers) for number, layers in enumerate(depths)]
    assert numbers(grouped(trials, 2, signature)) == [[1, 3], [2, 0], [4]]


def test_a_trial_alone_needs_no_order(make: Make) -> None:
    odd = make(0, generator__nosuch=1)
    assert in_pack_order([odd]) == [odd]
    with pytest.raises(TrainingError, match=r"generator\.nosuch"):
        in_pack_order([odd, odd])


def test_packs_of_one_lane_keep_the_order(make: Make) -> None:
    trials = [make(number, generator__layers=layers) for number, layers in enumerate((2, 5, 3))]
    assert numbers(grouped(trials, 1, signature)) == [[0], [1], [2]]
