"""Many trials that report every second, and the tracker that tells MLflow: ``python -m benchmarks.tracking_load``."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import torch

from benchmarks.command_line import parser
from benchmarks.report import Report
from benchmarks.table import Cell, Row
from benchmarks.timing import Spread
from benchmarks.tracked_study import Load, Tracked, Window, fresh_home, is_tracked, track
from benchmarks.tracking_server import served
from gansearch.executors.own_cluster.databases import Wish

FIGURES: Final = "the load"
SHARE: Final = "what the tracker's thread takes from the driver's"
TARGETS: Final = "targets"
BLOCKED_MS: Final = 2.0
NOTES: Final = {
    FIGURES: "Blocked: within the calls that tell the tracker of a result. Lag: age of the oldest evaluation of any\n"
    "trial that MLflow's database lacks, looked at once a second. Points are read from the database, with SQL.",
    SHARE: "Milliseconds a result, waits for a core left out, in windows by turns: means of a window, medians over\n"
    "windows. The piece only needs the interpreter's lock; the driver's work also writes to the database's disk.",
    TARGETS: "The whole of tracking: the calls, and what the rest of the driver's work takes longer.",
}
QUICK: Final = Load(8, 10, 4, 2, 1)
ROUNDS, WINDOW_S = 6, 5


def figures(load: Load, tracked: Tracked) -> dict[str, Cell]:
    """What was reported, what it cost, and what arrived."""
    calls = sorted(1e3 * each for window in tracked.windows.values() for each in window.feeds)
    at_load, compared = tracked.windows[None], tracked.compared
    lags = [each for lag in tracked.lags if lag.at_s <= load.seconds for each in lag.each]
    return {
        "results": len(calls),
        "results a second": len(calls) / tracked.wall_s,
        "points": compared.expected,
        "blocked ms a result, mean": statistics.fmean(calls),
        "blocked ms a result, 99 %": calls[int(0.99 * (len(calls) - 1))],
        "blocked ms a result, worst": calls[-1],
        "driver's work a result, ms": 1e3 * statistics.fmean(at_load.reports),
        "CPU time of the tracker's thread a result, ms": 1e3 * at_load.thread_s / len(at_load.reports),
        "lag s, median": statistics.median(lags),
        "lag s, worst": max(lags),
        "drain s": tracked.outcome.waited_s,
        "refused by MLflow": tracked.outcome.lost,
        "runs with their end": tracked.ended,
        "lost": compared.lost,
        "duplicates": compared.twice,
        "other than recorded": compared.different + compared.surplus,
    }


def share(windows: Mapping[int | None, Window]) -> dict[str, tuple[Spread, Spread]]:
    """The driver's work without the calls, and a fixed piece: with the tracker at work, and without; ms a result."""
    kinds: dict[str, Callable[[Window], float]] = {
        "driver's own work": lambda window: statistics.fmean(window.reports) - statistics.fmean(window.feeds),
        "a fixed piece of Python": lambda window: statistics.fmean(window.pieces),
    }
    at_work, waiting = (
        [window for number, window in windows.items() if number is not None and is_tracked(number) is wanted]
        for wanted in (True, False)
    )
    return {
        kind: (Spread.of([1e3 * of(each) for each in at_work]), Spread.of([1e3 * of(each) for each in waiting]))
        for kind, of in kinds.items()
    }


def share_row(kind: str, at_work: Spread, waiting: Spread) -> Row:
    """A piece of the driver's work with the tracker beside it, and without."""
    return {
        "work": kind,
        "tracker at work": at_work.median,
        "quartiles": f"{at_work.low:.3g}-{at_work.high:.3g}",
        "tracker waits": waiting.median,
        "quartiles there": f"{waiting.low:.3g}-{waiting.high:.3g}",
        "longer by": at_work.median - waiting.median,
        "ratio": at_work.median / waiting.median,
    }


def targets(load: Load, found: Mapping[str, Cell], longer_ms: float | None) -> list[Row]:
    """What must hold."""
    mean = found["blocked ms a result, mean"]
    assert isinstance(mean, float)
    whole = None if longer_ms is None else mean + max(0.0, longer_ms)
    results, ended = load.trials * load.epochs, found["runs with their end"]
    faults = ("refused by MLflow", "lost", "duplicates", "other than recorded")
    return [
        _target("results", results, found["results"], found["results"] == results),
        _target("runs with their end", load.trials, ended, ended == load.trials),
        *(_target(name, 0, found[name], found[name] == 0) for name in faults),
        _target("blocked ms a result", BLOCKED_MS, mean, mean <= BLOCKED_MS),
        _target("blocked ms a result, whole", BLOCKED_MS, whole, None if whole is None else whole <= BLOCKED_MS),
    ]


def _target(name: str, wanted: Cell, found: Cell, holds: bool | None) -> Row:
    return {"target": name, "wanted": wanted, "found": found, "holds": holds}


def measure(load: Load, report: Report, database: Wish, processes: int | None) -> None:
    """Run the load once, and add what came of it."""
    with fresh_home() as folder, served(folder, database, processes) as server:
        tracked = track(load, server, folder)
    found = figures(load, tracked)
    report.add(FIGURES, {"figure": "database", "value": server.database})
    report.add(FIGURES, *({"figure": name, "value": value} for name, value in found.items()), note=NOTES[FIGURES])
    longer_ms = None
    if load.rounds:
        kinds = share(tracked.windows)
        report.add(SHARE, *(share_row(kind, *both) for kind, both in kinds.items()), note=NOTES[SHARE])
        at_work, waiting = kinds["driver's own work"]
        longer_ms = at_work.median - waiting.median
    report.add(TARGETS, *targets(load, found, longer_ms), note=NOTES[TARGETS])


def planned_load(*, quick: bool, trials: int, metrics: int, seconds: int) -> Load:
    """The load that the command line asks for."""
    return QUICK if quick else Load(trials, metrics, seconds, ROUNDS, WINDOW_S)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write the figures."""
    command = parser(__doc__, "--json")
    command.add_argument("--trials", type=int, default=64)
    command.add_argument("--metrics", type=int, default=10, help="of an evaluation; each trial makes one a second")
    command.add_argument("--seconds", type=int, default=300, help="of the load; a minute by turns follows")
    command.add_argument("--database", type=Wish, default=Wish.POSTGRESQL, choices=[Wish.POSTGRESQL, Wish.SQLITE])
    command.add_argument("--processes", type=int, help="of MLflow's server; by default those of `gansearch cluster up`")
    options = command.parse_args(arguments)
    torch.set_num_threads(1)
    report = Report("tracking_load", options.path, options.quick)
    load = planned_load(quick=options.quick, trials=options.trials, metrics=options.metrics, seconds=options.seconds)
    measure(load, report, options.database, options.processes)
    for table in report.tables:
        report.show(table)


if __name__ == "__main__":
    main()
