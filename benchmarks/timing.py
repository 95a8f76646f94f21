"""Alternating timing: every round runs each action once, so that a machine's moods meet all of them alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Clocks:
    """What tells the time, in seconds."""

    cpu: Callable[[], float] = time.process_time
    """Of this process, all its threads together; that of a GPU is not in it."""
    wall: Callable[[], float] = time.perf_counter
    settle: Callable[[], object] = lambda: None
    """Waits until a device has done what it was given."""

    def now(self) -> tuple[float, float]:
        """CPU and wall time, once the device is at rest."""
        self.settle()
        return self.cpu(), self.wall()


@dataclass(frozen=True)
class Spread:
    """Median and quartiles of some measurements."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Of at least one value; quartiles lie between two values where they must, as numpy's do."""
        if len(values) == 1:
            return cls(values[0], values[0], values[0])
        low, median, high = statistics.quantiles(values, n=4, method="inclusive")
        return cls(median, low, high)


@dataclass(frozen=True)
class Rounds:
    """What ``alternate`` measured: seconds per unit of work, one number a round."""

    cpu_s: Mapping[str, tuple[float, ...]]
    wall_s: Mapping[str, tuple[float, ...]]

    def cpu(self, name: str) -> Spread:
        """CPU seconds per unit of the action ``name``."""
        return Spread.of(self.cpu_s[name])

    def wall(self, name: str) -> Spread:
        """Wall seconds per unit of the action ``name``."""
        return Spread.of(self.wall_s[name])

    def cpu_ratio(self, name: str, to: str) -> Spread:
        """CPU time of ``name`` over that of ``to``, taken within each round."""
        return _ratio(self.cpu_s[name], self.cpu_s[to])

    def wall_ratio(self, name: str, to: str) -> Spread:
        """Wall time of ``name`` over that of ``to``, taken within each round."""
        return _ratio(self.wall_s[name], self.wall_s[to])


@dataclass(frozen=True)
class Action:
    """Something to be timed."""

    run: Callable[[], object]
    units: int = 1
    """Units of work (steps, or steps times lanes) in one call."""


def alternate(actions: Mapping[str, Action], *, rounds: int, warm_up: int = 1, clocks: Clocks | None = None) -> Rounds:
    """Time the actions in turn; every other round goes through them backwards.

    Args:
        actions: by name.
        rounds: times that each is measured, at least 1.
        warm_up: calls of each that are not measured.
        clocks: what tells the time.
    """
    clocks = clocks or Clocks()
    for action in actions.values():
        for _ in range(warm_up):
            action.run()
    cpu_s: dict[str, list[float]] = {name: [] for name in actions}
    wall_s: dict[str, list[float]] = {name: [] for name in actions}
    names = list(actions)
    for number in range(rounds):
        for name in names if number % 2 == 0 else reversed(names):
            cpu, wall = _timed(actions[name], clocks)
            cpu_s[name].append(cpu)
            wall_s[name].append(wall)
    return Rounds(_frozen(cpu_s), _frozen(wall_s))


def _timed(action: Action, clocks: Clocks) -> tuple[float, float]:
    cpu, wall = clocks.now()
    action.run()
    cpu_after, wall_after = clocks.now()
    return (cpu_after - cpu) / action.units, (wall_after - wall) / action.units


def _ratio(one: Sequence[float], other: Sequence[float]) -> Spread:
    return Spread.of([a / b for a, b in zip(one, other, strict=True)])


def _frozen(measured: Mapping[str, list[float]]) -> dict[str, tuple[float, ...]]:
    return {name: tuple(values) for name, values in measured.items()}
