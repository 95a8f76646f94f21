"""Who goes on at a rung and who waits there, against cases worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest

from gansearch.study.promotion import Place, Promotion


def minimized(min_resource: int = 1, reduction_factor: int = 2) -> Promotion:
    return Promotion(min_resource, reduction_factor, is_minimized=True)


def judged(promotion: Promotion, number: int, epoch: int, value: float) -> bool:
    """Enter a trial at a rung and let it wait there unless it goes on; whether it does."""
    assert promotion.enter(number, epoch, value)
    if promotion.place(number).is_among_best:
        return True
    promotion.wait(number)
    return False


def promoted(promotion: Promotion) -> list[int]:
    """Everything that can be promoted now, in order."""
    found = []
    while (number := promotion.promotable()) is not None:
        promotion.leave(number)
        found.append(number)
    return found


def test_nobody_goes_on_before_there_are_enough_to_choose_from() -> None:
    promotion = minimized(reduction_factor=4)
    assert [judged(promotion, number, 1, 5.0 - number) for number in range(3)] == [False] * 3
    assert promoted(promotion) == []
    assert not judged(promotion, 3, 1, 9.0)
    assert promoted(promotion) == [2]
    assert promotion.best_waiting() == 1


def test_who_is_among_the_best_goes_on_at_once() -> None:
    promotion = minimized()
    assert not judged(promotion, 0, 1, 5.0)
    assert judged(promotion, 1, 1, 4.0)
    assert not judged(promotion, 2, 1, 6.0)
    assert judged(promotion, 3, 1, 3.0)
    assert promoted(promotion) == []  # the best two of four have gone on


def test_more_values_make_room_for_those_that_wait() -> None:
    promotion = minimized()
    for number, value in enumerate([5.0, 4.0, 6.0, 7.0]):
        judged(promotion, number, 1, value)
    assert promoted(promotion) == [0]
    assert promotion.place(2) == Place(epochs=1, rank=3, values=4, best=2)


def test_of_equal_values_the_older_trial_is_better() -> None:
    promotion = minimized()
    assert [judged(promotion, number, 1, 1.0) for number in (3, 1, 2, 0)] == [False, True, False, True]
    assert promoted(promotion) == []
    assert [promotion.place(number).rank for number in range(4)] == [1, 2, 3, 4]


def test_a_larger_value_is_better_where_that_is_the_direction() -> None:
    promotion = Promotion(1, 2, is_minimized=False)
    assert [judged(promotion, number, 1, value) for number, value in enumerate([0.2, 0.9, 0.1, 0.3])] == [
        False,
        True,
        False,
        True,
    ]
    assert promotion.best_waiting() == 0


def test_the_highest_rung_comes_first() -> None:
    promotion = minimized()
    for number, value in enumerate([1.0, 2.0, 3.0, 4.0]):
        assert not judged(promotion, number, 1, value)
    assert promoted(promotion) == [0, 1]
    assert not judged(promotion, 0, 2, 0.5)
    assert not judged(promotion, 1, 2, 0.6)
    for number in (4, 5):
        assert not judged(promotion, number, 1, 9.0)
    assert promoted(promotion) == [0, 2]  # the best of two at the upper rung, then the third of six at the lower
    assert promotion.best_waiting() == 1


def test_a_rung_is_passed_at_the_first_value_at_it_or_after() -> None:
    promotion = minimized(min_resource=2, reduction_factor=3)  # rungs at 2, 6, 18
    entered = [epoch for epoch in range(1, 25) if epoch % 4 == 0 and promotion.enter(0, epoch, 1.0)]
    assert entered == [4, 8, 20]
    assert not promotion.enter(1, 1, 1.0)
    assert promotion.enter(1, 19, 2.0)
    assert promotion.place(1) == Place(epochs=18, rank=2, values=2, best=0)
    promotion.enter(2, 2, 0.5)
    assert promotion.place(2) == Place(epochs=2, rank=1, values=3, best=1)


def test_what_a_place_says() -> None:
    said = [str(Place(4, 7, 9, best)) for best in (0, 1, 2)]
    assert said == [
        "rank 7 of 9 at the rung of epoch 4, of which none goes on",
        "rank 7 of 9 at the rung of epoch 4, of which the best goes on",
        "rank 7 of 9 at the rung of epoch 4, of which the best 2 go on",
    ]


@pytest.mark.parametrize("seed", range(5))
def test_worked_out_again_from_the_values_in_any_order_it_decides_the_same(seed: int) -> None:
    chance = Random(seed)
    told: list[tuple[int, int, float]] = []
    first = minimized(reduction_factor=3)
    running = dict.fromkeys(range(40), 0)
    waiting: set[int] = set()
    for _ in range(120):
        number = chance.choice(sorted(running)) if running else 0
        if number not in running:
            break
        running[number] += 1
        epoch, value = running[number], chance.choice([1.0, 2.0, 3.0, 4.0])
        told.append((number, epoch, value))
        if first.enter(number, epoch, value) and not first.place(number).is_among_best:
            first.wait(number)
            waiting.add(number)
            del running[number]
    again = rebuilt(told, waiting, chance)
    assert [again.place(number) for number in sorted(waiting)] == [first.place(number) for number in sorted(waiting)]
    assert promoted(again) == promoted(first)
    assert again.best_waiting() == first.best_waiting()


def rebuilt(told: Sequence[tuple[int, int, float]], waiting: set[int], chance: Random) -> Promotion:
    """From stored values alone, trial after trial in some order."""
    numbers = sorted({number for number, _, _ in told})
    chance.shuffle(numbers)
    promotion = minimized(reduction_factor=3)
    for number in numbers:
        for _, epoch, value in (said for said in told if said[0] == number):
            promotion.enter(number, epoch, value)
        if number in waiting:
            promotion.wait(number)
    return promotion
