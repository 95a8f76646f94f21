"""Asynchronous successive halving with promotions: who goes on at a rung, and who of those that wait does next.

Source: Li et al. 2018, "A System for Massively Parallel Hyperparameter Tuning", arXiv:1810.05934, algorithm 2.

Rung k is passed at the first value after ``min_resource * reduction_factor^k`` epochs or more. Of the n values that a
rung has so far the best ``floor(n / reduction_factor)`` go on. Nothing here depends on the order in which values came,
but for who waits: so that it is worked out again from what a study's storage has.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

Ranked: TypeAlias = tuple[float, int]
"""A value, signed so that less is better, and the trial's number: of equal values the older trial's is better."""


@dataclass(frozen=True)
class Place:
    """Where a trial stands at its highest rung."""

    epochs: int
    """Of the rung."""
    rank: int
    """1 for the best."""
    values: int
    """That the rung has so far."""
    best: int
    """How many of them go on."""

    @property
    def is_among_best(self) -> bool:
        """Whether the trial goes on."""
        return self.rank <= self.best

    def __str__(self) -> str:
        count = f"the best {self.best} go on" if self.best > 1 else "the best goes on" if self.best else "none goes on"
        return f"rank {self.rank} of {self.values} at the rung of epoch {self.epochs}, of which {count}"


@dataclass
class _Rung:
    epochs: int
    reported: list[Ranked] = field(default_factory=list)
    """Sorted, as ``waiting``."""
    waiting: list[Ranked] = field(default_factory=list)

    def place(self, ranked: Ranked, reduction_factor: int) -> Place:
        """In O(log n)."""
        count = len(self.reported)
        return Place(self.epochs, 1 + bisect_left(self.reported, ranked), count, count // reduction_factor)


class Promotion:
    """The rungs of one study.

    Args:
        min_resource: epochs of the lowest rung, at least 1.
        reduction_factor: one in so many goes on, at least 2.
        is_minimized: whether a lower value is better.
    """

    def __init__(self, min_resource: int, reduction_factor: int, *, is_minimized: bool) -> None:
        self._factor = reduction_factor
        self._sign = 1.0 if is_minimized else -1.0
        self._rungs = [_Rung(min_resource)]
        self._highest: dict[int, tuple[int, Ranked]] = {}
        """By trial: the index of its highest rung, and how it is ranked there."""

    def enter(self, number: int, epoch: int, value: float) -> bool:
        """Take a finite value, those of one trial in the order of its epochs; whether it brings it to a higher rung.

        A value that passes several rungs at once stands at each of them.
        """
        index = self._index(epoch)
        before = self._highest[number][0] if number in self._highest else -1
        if index <= before:
            return False
        ranked = (self._sign * value, number)
        for rung in self._rungs[before + 1 : index + 1]:
            insort(rung.reported, ranked)
        self._highest[number] = (index, ranked)
        return True

    def place(self, number: int) -> Place:
        """Where a trial stands that has entered.

        Raises:
            KeyError: where it has not.
        """
        index, ranked = self._highest[number]
        return self._rungs[index].place(ranked, self._factor)

    def wait(self, number: int) -> None:
        """Let a trial that has entered wait at its highest rung."""
        index, ranked = self._highest[number]
        insort(self._rungs[index].waiting, ranked)

    def leave(self, number: int) -> None:
        """Let a trial wait no more."""
        index, ranked = self._highest[number]
        self._rungs[index].waiting.remove(ranked)

    def promotable(self) -> int | None:
        """From the highest rung down, the best trial that waits, where it is among the best of its rung by now."""
        return next((number for number, place in self._first_waiting() if place.is_among_best), None)

    def best_waiting(self) -> int | None:
        """The best trial that waits at the highest rung at which any does."""
        return next((number for number, _ in self._first_waiting()), None)

    def _first_waiting(self) -> Iterator[tuple[int, Place]]:
        """The best that waits at each rung; where it does not go on, none does that waits there."""
        for rung in reversed(self._rungs):
            if rung.waiting:
                yield rung.waiting[0][1], rung.place(rung.waiting[0], self._factor)

    def _index(self, epoch: int) -> int:
        """Of the highest rung at or below an epoch; -1 below the lowest."""
        while (following := self._rungs[-1].epochs * self._factor) <= epoch:
            self._rungs.append(_Rung(following))
        return sum(rung.epochs <= epoch for rung in self._rungs) - 1
