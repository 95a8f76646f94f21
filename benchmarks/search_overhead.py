"""What a search costs beside training, against Ray Tune as documented: ``python -m benchmarks.search_overhead``."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.command_line import parser
from benchmarks.fresh_process import do, empty_store, fresh_folder
from benchmarks.report import Report
from benchmarks.table import Row

RUNS: Final = "every search"
OVERHEAD: Final = "(wall - training / slots) / trials, in milliseconds"
NOTES: Final = {
    RUNS: "Seconds. Wall: from the beginning of the first trial to the end of the report, without what stands beside "
    "it. Ray's start: ray.init, and from the first trial that is asked for until it begins. Before: what else comes "
    "before the first trial is asked for. MLflow's drain and Ray's end are no part of the wall.",
    OVERHEAD: "Medians over the searches of a row. Peer / ours: over the peer's milliseconds at its own number of "
    "trials, which hardly depend on it.",
}
SLOTS: Final = 2
"""Trials, or packs of them, at a time."""
RESULTS: Final = 10
"""Of a trial."""
LANES: Final = 10
"""Of a pack: packs of 40 trials are as many on either slot."""
LEAST_GAIN: Final = 5.0


@dataclass(frozen=True)
class Search:
    """One search, in a process of its own."""

    side: str
    trials: int
    lanes: int = 1
    sampler: str = "random"
    most_ms: float | None = None
    """The most that it may cost beside training, a trial; None where nothing is asked of it."""

    @property
    def name(self) -> str:
        """Of its rows."""
        sampler = "" if self.sampler == "random" else f", {self.sampler}"
        return self.side + ("" if self.side == "peer" else f", K = {self.lanes}") + sampler

    @property
    def module(self) -> str:
        """What runs it."""
        return "benchmarks.peers.idle_search" if self.side == "peer" else "benchmarks.ring_search"


def searches(trials: Sequence[int], peer_trials: int) -> list[Search]:
    """What a round measures, in its order."""
    asked: list[Search] = []
    for count in trials:
        most_ms = 80.0 if count >= 400 else 130.0
        asked += [Search("ours", count, most_ms=most_ms), Search("ours", count, LANES, most_ms=20.0)]
        if count == min(trials):
            asked.append(Search("peer", peer_trials))
    return [*asked, Search("ours", max(trials), sampler="tpe")]


def overhead_ms(found: Mapping[str, float], trials: int) -> float:
    """``(wall - training / slots) / trials`` in milliseconds."""
    return (found["wall_s"] - found.get("training_s", 0.0) / SLOTS) / trials * 1e3


def run_row(search: Search, found: Mapping[str, float]) -> Row:
    """One search as a row."""
    return {
        "search": search.name,
        "trials": search.trials,
        "results": int(found["results"]),
        "wall": found["wall_s"],
        "training": found.get("training_s", 0.0),
        "ms a trial": overhead_ms(found, search.trials),
        "asking, ms a trial": found["ask_s"] / search.trials * 1e3 if "ask_s" in found else None,
        "before": found.get("before_s"),
        "Ray's start": found["ray_s"],
        "Ray's end": found["end_s"],
        "MLflow's drain": found.get("drain_s"),
    }


def overhead_rows(found: Mapping[Search, Sequence[float]]) -> list[Row]:
    """What each kind of search costs, what it may cost, and how much less than the peer that is.

    Args:
        found: milliseconds a trial of every run of a search.
    """
    medians = {search: statistics.median(each) for search, each in found.items()}
    peer = next((each for search, each in medians.items() if search.side == "peer"), None)
    return [
        {
            "search": search.name,
            "trials": search.trials,
            "ms a trial": each,
            "least and most": f"{min(found[search]):.0f}-{max(found[search]):.0f}",
            "may be": search.most_ms,
            "peer / ours": None if peer is None or search.side == "peer" else peer / each,
            "holds": _holds(search, each, peer),
            "runs": len(found[search]),
        }
        for search, each in medians.items()
    ]


def _holds(search: Search, found_ms: float, peer_ms: float | None) -> bool | None:
    if search.most_ms is None:
        return None
    return found_ms <= search.most_ms and (peer_ms is None or peer_ms >= LEAST_GAIN * found_ms)


def run(search: Search, store: Path) -> dict[str, float]:
    """Run it beside a copy of MLflow's empty ``store``; how long its parts took."""
    asked = {"trials": search.trials, "lanes": search.lanes, "sampler": search.sampler}
    return do(search.module, {**asked, "results": RESULTS, "slots": SLOTS}, store)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write the figures."""
    command = parser(__doc__, "--json")
    command.add_argument("--trials", nargs="+", type=int, default=[40, 400], help="of the searches of ours")
    command.add_argument("--peer-trials", type=int, default=40)
    command.add_argument("--rounds", type=int, default=1, help="times that each search is run")
    options = command.parse_args(arguments)
    asked = searches([4], 4)[:3] if options.quick else searches(options.trials, options.peer_trials)
    planned = [each for each in asked if each.name.startswith(tuple(options.only) or "")]
    report = Report("search_overhead", options.path, options.quick)
    found: dict[Search, list[float]] = {search: [] for search in planned}
    with fresh_folder() as folder:
        store = empty_store(folder)
        for number in range(options.rounds):
            for search in planned if number % 2 == 0 else reversed(planned):
                said = run(search, store)
                found[search].append(overhead_ms(said, search.trials))
                report.add(RUNS, run_row(search, said), note=NOTES[RUNS])
    report.add(OVERHEAD, *overhead_rows(found), note=NOTES[OVERHEAD])
    for table in (RUNS, OVERHEAD):
        report.show(table)


if __name__ == "__main__":
    main()
