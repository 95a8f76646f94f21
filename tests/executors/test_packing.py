from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from gansearch.executors.packing import Packer
from gansearch.records import Assignment, Setting, TrialIdentity


def assignment(number: int, *, width: int = 64, layers: int = 2, lr: float = 1e-3, attempt: int = 0) -> Assignment:
    settings: dict[str, Setting] = {
        "dataset.name": "ring",
        "generator.layers": layers,
        "generator.width": width,
        "optimizer.generator.lr": lr,
    }
    return Assignment(TrialIdentity("s", number), number, attempt, settings, {})


def asking(*queue: Assignment) -> Callable[[], Assignment | None]:
    left = list(queue)
    return lambda: left.pop(0) if left else None


def numbers(pack: list[Assignment]) -> list[int]:
    return [each.identity.number for each in pack]


def test_one_lane_takes_one_trial_at_a_time() -> None:
    packer = Packer(asking(assignment(0), assignment(1)), lanes=1)
    assert [numbers(packer.next_pack()) for _ in range(3)] == [[0], [1], []]


def test_equal_structures_share_a_pack_though_their_numbers_differ() -> None:
    packer = Packer(asking(assignment(0, lr=1e-3), assignment(1, lr=1e-4)), lanes=4)
    assert numbers(packer.next_pack()) == [0, 1]


def test_another_structure_waits_for_the_next_pack() -> None:
    packer = Packer(asking(assignment(0), assignment(1, width=65), assignment(2), assignment(3, width=65)), lanes=3)
    assert numbers(packer.next_pack()) == [0, 2]
    assert numbers(list(packer.waiting)) == [1]
    assert numbers(packer.next_pack()) == [1, 3]
    assert packer.next_pack() == []


def test_a_resumed_trial_is_a_pack_of_its_own() -> None:
    packer = Packer(asking(assignment(0, attempt=1), assignment(1)), lanes=4)
    assert [numbers(packer.next_pack()) for _ in range(2)] == [[0], [1]]


def test_promoted_trials_share_a_pack_where_they_go_on_at_one_epoch() -> None:
    promoted = [replace(assignment(number, attempt=1), promoted_at=at) for number, at in enumerate([2, 4, 2, 2])]
    packer = Packer(asking(*promoted, assignment(4), replace(assignment(5, attempt=2), promoted_at=4)), lanes=4)
    assert [numbers(packer.next_pack()) for _ in range(4)] == [[0, 2, 3], [1, 5], [4], []]


def test_only_trials_at_their_beginning_join_a_pack_of_promoted_ones() -> None:
    at_work = [replace(assignment(0, attempt=1), promoted_at=2)]
    packer = Packer(asking(replace(assignment(1, attempt=1), promoted_at=2), assignment(2)), lanes=3)
    assert numbers(packer.joining(at_work, None)) == [2]
    assert numbers(packer.next_pack()) == [1]


def test_lanes_of_a_pack_stand_in_the_order_of_their_depth() -> None:
    depths = [2, 5, 3, 5, 1]
    packer = Packer(asking(*(assignment(number, layers=layers) for number, layers in enumerate(depths))), lanes=8)
    assert numbers(packer.next_pack()) == [1, 3, 2, 0]
    assert numbers(packer.next_pack()) == [4]


def test_no_more_wait_than_one_pack_has_lanes() -> None:
    different = asking(*(assignment(number, width=64 + number) for number in range(20)))
    packer = Packer(different, lanes=8)
    waiting = []
    for number in range(19):
        assert numbers(packer.next_pack()) == [number]
        waiting.append(len(packer.waiting))
    assert max(waiting) == 7
    assert waiting[10] == 1  # structures do not repeat: hardly anything is asked ahead any more


def test_a_structure_that_comes_again_is_asked_for_again() -> None:
    odd = [assignment(number, width=65 + number) for number in range(8)]
    packer = Packer(asking(*odd, *(assignment(10 + number) for number in range(40))), lanes=4)
    packs = [numbers(packer.next_pack()) for _ in range(20)]
    assert packs[:8] == [[number] for number in range(8)]
    assert [number for pack in packs for number in pack] == [*range(8), *range(10, 50)]
    assert [len(pack) for pack in packs[8:]] == [2, 3, *[4] * 8, 3, 0]


def test_a_pack_is_no_larger_than_is_fair() -> None:
    bounds = iter([2, 1, 8])
    packer = Packer(asking(*(assignment(number) for number in range(9))), lanes=4, fair=lambda: next(bounds))
    assert [numbers(packer.next_pack()) for _ in range(3)] == [[0, 1], [2], [3, 4, 5, 6]]


def test_lanes_that_have_ended_are_taken_by_trials_of_the_signature() -> None:
    packer = Packer(asking(*(assignment(number, lr=1e-3 / (1 + number)) for number in range(9))), lanes=4)
    pack = packer.next_pack()
    assert numbers(packer.joining(pack, None)) == []  # it is full
    assert numbers(packer.joining(pack[:1], None)) == [4, 5, 6]
    assert numbers(packer.joining(pack[:3], None)) == [7]
    assert numbers(packer.joining(pack[:1], None)) == [8]
    assert packer.next_pack() == []


def test_nobody_is_asked_for_a_pack_that_has_come_to_its_end() -> None:
    packer = Packer(asking(*(assignment(number) for number in range(4))), lanes=2)
    packer.next_pack()
    assert packer.joining([], None) == []
    assert numbers(packer.next_pack()) == [2, 3]


def test_who_waits_joins_before_others_are_asked_for_as_many_as_may_be_ahead() -> None:
    kinds = (64, 65, 64, 65, 65, 64, 64, 65, 64)
    packer = Packer(asking(*(assignment(number, width=width) for number, width in enumerate(kinds))), lanes=4)
    assert numbers(packer.next_pack()) == [0, 2]
    assert numbers(list(packer.waiting)) == [1, 3]
    assert numbers(packer.next_pack()) == [1, 3, 4]
    assert numbers(list(packer.waiting)) == [5]
    assert numbers(packer.joining([assignment(1, width=65)], None)) == [7]
    assert numbers(list(packer.waiting)) == [5, 6]
    assert numbers(packer.joining([assignment(0)], None)) == [5, 6, 8]


def test_a_resumed_trial_joins_no_pack() -> None:
    packer = Packer(asking(*(assignment(number) for number in range(3)), assignment(3, attempt=1)), lanes=3)
    pack = packer.next_pack()
    assert packer.joining(pack[:1], None) == []
    assert numbers(list(packer.waiting)) == [3]


def test_a_pack_takes_in_no_more_than_it_can_hold() -> None:
    packer = Packer(asking(*(assignment(number) for number in range(20))), lanes=8)
    pack = packer.next_pack()
    assert packer.joining(pack[:4], 0) == []
    assert packer.joining(pack[:4], 4) == []
    assert numbers(packer.joining(pack[:4], 6)) == [8, 9]
    assert numbers(packer.joining(pack[:6], 100)) == [10, 11]


def test_as_many_trials_stay_for_each_other_worker_as_join() -> None:
    left = 9

    def ask() -> Assignment:
        nonlocal left
        left -= 1
        return assignment(8 - left)

    packer = Packer(ask, lanes=4, fair=lambda: math.ceil((1 + len(packer.waiting) + left) / 2))
    pack = packer.next_pack()
    joined = []
    while further := packer.joining(pack[:1], None):
        joined.append((len(further), left))
    assert joined == [(2, 3), (1, 2), (1, 1)]
    assert numbers(packer.next_pack()) == [8]


def test_who_waits_is_passed_by_one_full_pack_at_most() -> None:
    odd = [assignment(number, width=65) for number in (4, 9)]
    queue = [*(assignment(number) for number in range(4)), odd[0], *(assignment(number) for number in range(5, 9))]
    packer = Packer(asking(*queue, odd[1], *(assignment(number) for number in range(10, 30))), lanes=4)
    pack = packer.next_pack()
    joined = [numbers(packer.joining(pack[:3], None)) for _ in range(7)]
    assert joined == [[], [5], [6], [7], [8], [], []]
    assert numbers(packer.next_pack()) == [4, 9]
    assert numbers(packer.joining(pack[:3], None)) == [10]
