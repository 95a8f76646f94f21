"""Alternating timing, with clocks that only move when an action moves them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from benchmarks.timing import Action, Clocks, Rounds, Spread, alternate


@dataclass
class World:
    """Two clocks, and what was done."""

    cpu_s: float = 0.0
    wall_s: float = 0.0
    done: list[str] = field(default_factory=list)

    def clocks(self) -> Clocks:
        return Clocks(lambda: self.cpu_s, lambda: self.wall_s, lambda: self.done.append("settle"))

    def action(self, name: str, *cpu_s: float) -> Callable[[], None]:
        """Takes the given CPU times call by call, and twice that on the wall."""
        left = list(cpu_s)

        def run() -> None:
            taken = left.pop(0)
            self.cpu_s += taken
            self.wall_s += 2 * taken
            self.done.append(name)

        return run


def test_every_other_round_goes_backwards_and_warm_ups_come_first() -> None:
    world = World()
    actions = {name: Action(world.action(name, *[1.0] * 4)) for name in ("a", "b")}

    alternate(actions, rounds=2, warm_up=2, clocks=world.clocks())

    assert [name for name in world.done if name != "settle"] == ["a", "a", "b", "b", "a", "b", "b", "a"]


def test_the_device_is_at_rest_whenever_a_clock_is_read() -> None:
    world = World()

    alternate({"a": Action(world.action("a", 1.0))}, rounds=1, warm_up=0, clocks=world.clocks())

    assert world.done == ["settle", "a", "settle"]


def test_times_are_per_unit_and_warm_ups_are_not_counted() -> None:
    world = World()
    actions = {"a": Action(world.action("a", 99.0, 8.0, 4.0, 6.0), units=2)}

    rounds = alternate(actions, rounds=3, clocks=world.clocks())

    assert rounds.cpu_s == {"a": (4.0, 2.0, 3.0)}
    assert rounds.cpu("a") == Spread(3.0, 2.5, 3.5)
    assert rounds.wall("a") == Spread(6.0, 5.0, 7.0)


def test_ratios_are_taken_within_rounds() -> None:
    rounds = Rounds({"a": (2.0, 30.0, 4.0), "b": (1.0, 10.0, 4.0)}, {"a": (1.0, 1.0, 1.0), "b": (4.0, 4.0, 4.0)})

    assert rounds.cpu_ratio("a", to="b") == Spread(2.0, 1.5, 2.5)
    assert rounds.wall_ratio("a", to="b") == Spread(0.25, 0.25, 0.25)


@pytest.mark.parametrize(
    ("values", "expected"),
    [([5.0], Spread(5.0, 5.0, 5.0)), ([1.0, 3.0], Spread(2.0, 1.5, 2.5)), ([5.0, 1.0, 2.0, 3.0, 4.0], Spread(3, 2, 4))],
)
def test_quartiles(values: list[float], expected: Spread) -> None:
    assert Spread.of(values) == expected


def test_the_real_clocks_tell_seconds() -> None:
    rounds = alternate({"sum": Action(lambda: sum(range(300_000)))}, rounds=3)

    assert 0 < rounds.cpu("sum").median < 5
    assert 0 < rounds.wall("sum").median < 30
