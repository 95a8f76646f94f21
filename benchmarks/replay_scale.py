"""What a replayed search costs a trial, and how many times real time that is: ``python -m benchmarks.replay_scale``."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar
from unittest.mock import patch

import optuna

from benchmarks.command_line import parser
from benchmarks.report import Report
from benchmarks.table import Row
from gansearch.curves.corpus_files import read_corpus
from gansearch.detectors import policy_from_settings
from gansearch.executors.replay.judging import Judge
from gansearch.executors.replay.recorded_grid import RecordedGrid
from gansearch.executors.replay.replay_space import replay_space
from gansearch.executors.replay.simulation import simulate
from gansearch.storage import Storage
from gansearch.study import Study
from gansearch.study.simulated import simulated_study
from gansearch.testing.recorded_grids import recorded_grid

S = TypeVar("S")
T = TypeVar("T")

SCALE: Final = "cost per trial"
SPEED: Final = "times real time"
NOTES: Final = {
    SCALE: "CPU milliseconds a trial; the random sampler, no pruner, detectors off. Growth: over the first row; it may "
    "be 1.5. Asking is Study.ask, pruning Optuna's Trial.should_prune; both are parts of the whole.",
    SPEED: "Recorded seconds gone through, over seconds of CPU. Again: the same search once more, when what detectors "
    "make of the runs is known. A pruned trial has few recorded seconds, so that pruners lower this.",
}
MOST_GROWTH: Final = 1.5
LEAST_SPEED: Final = 1000.0
RUNGS: Final = 40
CHOICES: Final = {
    "generator.layers": (2, 3, 4, 5, 6),
    "optimizer.generator.lr": (1e-4, 3e-4, 1e-3, 3e-3),
    "optimizer.discriminator.lr": (1e-4, 3e-4, 1e-3, 3e-3),
    "discriminator.dropout": (0.0, 0.2, 0.4, 0.6, 0.8),
}
"""400 combinations."""


@dataclass(frozen=True)
class Search:
    """One replayed search."""

    trials: int
    sampler: str = "random"
    pruner: str = "none"
    detectors: str = "off"

    @property
    def name(self) -> str:
        """Of its rows."""
        return f"{self.sampler}, {self.pruner}, {self.detectors}"


@dataclass(frozen=True)
class Measured:
    """What it took; all but ``recorded_s`` in CPU seconds."""

    cpu_s: float
    recorded_s: float
    ask_s: float
    prune_s: float


def _timed(method: Callable[[S], T], seconds: list[float]) -> Callable[[S], T]:
    """The same method, which adds the CPU seconds spent within it to ``seconds``."""

    def timed(owner: S) -> T:
        since = time.process_time()
        try:
            return method(owner)
        finally:
            seconds.append(time.process_time() - since)

    return timed


def measure(search: Search, grid: RecordedGrid, judge: Judge | None = None) -> Measured:
    """Run a search, with four workers."""
    changes = {"plan.trials": search.trials, "plan.sampler": search.sampler, "plan.pruner": search.pruner}
    space = replay_space(grid, {**changes, "detectors.mode": search.detectors})
    asking: list[float] = []
    pruning: list[float] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        patch.object(Study, "ask", _timed(Study.ask, asking)),
        patch.object(optuna.Trial, "should_prune", _timed(optuna.Trial.should_prune, pruning)),
        simulated_study(space, name="s", storage=Storage(folder), seed=1) as study,
    ):
        since = time.process_time()
        found = simulate(study, grid, workers=4, judge=judge)
        cpu_s = time.process_time() - since
    recorded_s = sum(run.used_s for run in found.runs)
    return Measured(cpu_s, recorded_s, sum(asking), sum(pruning))


def scale_rows(searches: Sequence[Search], grid: RecordedGrid) -> list[Row]:
    """A row per search; the first is what the growth of others of its kind is counted from."""
    rows: list[Row] = []
    first: dict[str, float] = {}
    for search in searches:
        found = measure(search, grid)
        each = found.cpu_s / search.trials * 1e3
        growth = each / first.setdefault(search.name, each)
        is_asked = search.name == searches[0].name and search is not searches[0]
        rows.append(
            {
                "search": search.name,
                "trials": search.trials,
                "ms a trial": each,
                "asking": found.ask_s / search.trials * 1e3,
                "pruning": found.prune_s / search.trials * 1e3,
                "growth": growth,
                "holds": growth <= MOST_GROWTH if is_asked else None,
            }
        )
    return rows


def speed_rows(searches: Sequence[Search], grid: RecordedGrid) -> list[Row]:
    """Each search twice: with detectors that have not seen the runs, and with those that have."""
    rows: list[Row] = []
    for search in searches:
        space = replay_space(grid, {"plan.trials": search.trials, "detectors.mode": search.detectors})
        judge = Judge(policy_from_settings(space.detectors))
        cold, warm = (measure(search, grid, judge) for _ in range(2))
        speed = warm.recorded_s / warm.cpu_s
        rows.append(
            {
                "search": search.name,
                "trials": search.trials,
                "recorded s": warm.recorded_s,
                "times real time": cold.recorded_s / cold.cpu_s,
                "again": speed,
                "holds": speed >= LEAST_SPEED if search.pruner == "none" else None,
            }
        )
    return rows


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write the figures."""
    command = parser(__doc__, "--json")
    command.add_argument("--corpus", type=Path, metavar="DIR", help="recorded runs in place of made ones of 15 s")
    command.add_argument("--study", metavar="NAME", help="whose runs, where the corpus has several studies")
    options = command.parse_args(arguments)
    if options.corpus is None:
        choices = {path: values[:2] for path, values in CHOICES.items()} if options.quick else CHOICES
        grid = RecordedGrid.of(recorded_grid(choices, epochs=RUNGS, seconds=15.0))
    else:
        grid = RecordedGrid.of(read_corpus(options.corpus), options.study)
    few, many, learnt = (10, 20, (10, 20)) if options.quick else (1000, 10_000, (300, 1000))
    scale = [Search(few), Search(many), *(Search(each, "tpe") for each in learnt)]
    scale += [Search(each, pruner=pruner) for pruner in ("median", "hyperband") for each in learnt]
    speed = [
        Search(learnt[0], sampler, pruner, mode)
        for sampler in ("random", "tpe")
        for pruner in ("none", "hyperband")
        for mode in ("shadow", "enforce")
    ]
    report = Report("replay_scale", options.path, options.quick)
    report.add(SCALE, *scale_rows(scale, grid), note=NOTES[SCALE])
    report.show(SCALE)
    report.add(SPEED, *speed_rows(speed, grid), note=NOTES[SPEED])
    report.show(SPEED)


if __name__ == "__main__":
    main()
