"""How much longer than their sleep many sleeping trials take: ``python -m benchmarks.tune_scale``.

Ray's release test of bookkeeping (``test_bookkeeping_overhead``: 10,000 trials of a second each on 16 CPUs, 625 s at
best, 800 s allowed, which is 28 % more) scaled down to two slots and some hundred trials.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.command_line import parser
from benchmarks.fresh_process import do, empty_store, fresh_folder
from benchmarks.report import Report
from benchmarks.table import Row

RUNS: Final = "every run"
OVERHEAD: Final = "beyond the time that the trials sleep, in percent of it"
NOTES: Final = {
    RUNS: "Seconds. Wall: from the beginning of the first trial; of ours to the end of the report, of Ray Tune to the "
    "end of fit. At best: trials x seconds / slots. Ray's start, Ray's end and MLflow's drain are no part of the wall.",
    OVERHEAD: "Medians. Ray Tune alone: no sampler but its own, no study, no tracking, no report; its own loggers. "
    "Ours: a script of the user's that sleeps and reports, with records, tracking and report.",
}
SLOTS: Final = 2
PUBLISHED: Final = 28.0
"""Percent that Ray's test allows."""
SIDES: Final[Mapping[str, tuple[str, dict[str, Any]]]] = {
    "ours": ("benchmarks.sleeping_search", {}),
    "Ray Tune": ("benchmarks.peers.sleeping_search", {"reuse_actors": False}),
    "Ray Tune, actors reused": ("benchmarks.peers.sleeping_search", {"reuse_actors": True}),
}


@dataclass(frozen=True)
class Load:
    """What all sides run."""

    trials: int
    results: int
    """Of a trial."""
    pause_s: float
    """Sleep before each result."""

    @property
    def name(self) -> str:
        """Of its rows."""
        return f"{self.trials} trials x {self.results} x {self.pause_s:g} s"

    @property
    def best_s(self) -> float:
        """Seconds that all trials sleep, on all slots."""
        return self.trials * self.results * self.pause_s / SLOTS


def overhead_percent(wall_s: float, load: Load) -> float:
    """``100 (wall / best - 1)``."""
    return 100 * (wall_s / load.best_s - 1)


def run_row(side: str, load: Load, found: Mapping[str, float]) -> Row:
    """One run as a row."""
    return {
        "side": side,
        "load": load.name,
        "results": int(found["results"]),
        "at best": load.best_s,
        "wall": found["wall_s"],
        "over, %": overhead_percent(found["wall_s"], load),
        "Ray's start": found["ray_s"],
        "Ray's end": found["end_s"],
        "MLflow's drain": found.get("drain_s"),
    }


def overhead_rows(found: Mapping[str, Sequence[float]], load: Load) -> list[Row]:
    """A row for every side, from the wall seconds of its runs."""
    medians = {side: statistics.median(each) for side, each in found.items()}
    return [
        {
            "side": side,
            "load": load.name,
            "over, %": overhead_percent(each, load),
            "ms a trial": (each - load.best_s) / load.trials * 1e3,
            "Ray's test allows, %": PUBLISHED,
            "runs": len(found[side]),
        }
        for side, each in medians.items()
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write the figures."""
    command = parser(__doc__, "--json")
    command.add_argument("--trials", type=int, default=100)
    command.add_argument("--rounds", type=int, default=1, help="times that each side is run")
    options = command.parse_args(arguments)
    load = Load(4, 1, 0.25) if options.quick else Load(options.trials, 1, 1.0)
    sides = [side for side in SIDES if side.startswith(tuple(options.only) or "")]
    report = Report("tune_scale", options.path, options.quick)
    found: dict[str, list[float]] = {side: [] for side in sides}
    with fresh_folder() as folder:
        store = empty_store(folder)
        for number in range(options.rounds):
            for side in sides if number % 2 == 0 else reversed(sides):
                module, asked = SIDES[side]
                task = {"trials": load.trials, "results": load.results, "pause_s": load.pause_s, "slots": SLOTS}
                said = do(module, {**task, **asked}, store)
                found[side].append(said["wall_s"])
                report.add(RUNS, run_row(side, load, said), note=NOTES[RUNS])
    report.add(OVERHEAD, *overhead_rows(found, load), note=NOTES[OVERHEAD])
    for table in (RUNS, OVERHEAD):
        report.show(table)


if __name__ == "__main__":
    main()
