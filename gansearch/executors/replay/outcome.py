"""What one replayed search found, when, and at what price."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gansearch.executors.replay.recorded_grid import RecordedGrid
from gansearch.executors.replay.simulation import Simulation
from gansearch.records import End
from gansearch.space.plan import Objective


@dataclass(frozen=True)
class Best:
    """A moment at which a search found something better than before."""

    moment_s: float
    """On the simulated clock."""
    trials: int
    """That had ended, this one counted."""
    value: float
    """As the search saw it: of that one run."""
    regret: float
    """Of that combination against the grid's best one, by the means of their runs; never below 0."""


@dataclass(frozen=True)
class Outcome:
    """One search."""

    bests: tuple[Best, ...]
    """In their order; empty where no run completed."""
    ends: Mapping[str, int]
    """Runs by how they ended."""
    simulated_s: float
    used_s: float
    """Of training, all runs together."""
    saved_s: float
    """That the same runs would have taken beyond that, to their recorded ends."""
    wall_s: float
    """That the replay itself took."""
    ask_s: float
    report_s: float
    """Parts of it: asking the study for trials, reporting to it."""
    goal: float = 0.0
    """The value of the grid's best combination."""
    completed: tuple[str, ...] = ()
    """Keys of the recorded runs that went on to their ends, in the order in which they ended."""
    lost: tuple[str, ...] = ()
    """Keys of those that the search ended or left before: pruned, stopped, never promoted."""

    @property
    def speed(self) -> float:
        """Recorded seconds that were gone through, per second."""
        return self.used_s / self.wall_s if self.wall_s else 0.0

    def at(self, moment_s: float) -> Best | None:
        """The best that was found by then; None where nothing was."""
        return self._last(bisect_right(self.bests, moment_s, key=lambda best: best.moment_s))

    def after(self, trials: int) -> Best | None:
        """The best that was found once so many trials had ended."""
        return self._last(bisect_right(self.bests, trials, key=lambda best: best.trials))

    def _last(self, count: int) -> Best | None:
        return self.bests[count - 1] if count else None


def outcome_of(found: Simulation, grid: RecordedGrid, objective: Objective, *, wall_s: float) -> Outcome:
    """What a simulation came to.

    Args:
        found: of a search over the grid.
        grid: that was searched.
        objective: of the search, the first where there are several.
        wall_s: seconds that it took.
    """
    used = sum(run.used_s for run in found.runs)
    return Outcome(
        bests=tuple(_bests(found, grid, objective)),
        ends=dict(sorted(Counter(str(run.end) for run in found.runs).items())),
        simulated_s=found.simulated_s,
        used_s=used,
        saved_s=sum(run.full_s for run in found.runs) - used,
        wall_s=wall_s,
        ask_s=found.ask_s,
        report_s=found.report_s,
        goal=grid.best(objective),
        completed=tuple(_keys(found, grid, is_complete=True)),
        lost=tuple(_keys(found, grid, is_complete=False)),
    )


def _keys(found: Simulation, grid: RecordedGrid, *, is_complete: bool) -> Iterator[str]:
    for run in found.runs:
        if (run.end is End.COMPLETED) is is_complete:
            yield grid(run.assignment.settings, run.assignment.seed).key


def _bests(found: Simulation, grid: RecordedGrid, objective: Objective) -> Sequence[Best]:
    sign, goal = (1.0 if objective.direction == "minimize" else -1.0), grid.best(objective)
    bests: list[Best] = []
    for ended, run in enumerate(found.runs, 1):
        if run.value is not None and (not bests or sign * run.value < sign * bests[-1].value):
            regret = sign * (grid.value(run.assignment.settings, objective) - goal)
            bests.append(Best(run.ended_s, ended, run.value, regret))
    return bests
