"""Which way to search finds good GANs sooner: replays searches over the ring's grid, and writes findings.md.

Over the runs in ``analysis/detectors/data``: what the sampler is told of runs that died, pruners, the number of rungs,
detectors. A question whose replays are in ``data`` is not asked again, unless ``--again``; without any argument only
what is missing is replayed, and the page is written from what there is::

    python analysis/searches/replay.py
    python analysis/searches/replay.py --again --question pruners --seeds 40
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gansearch.curves.corpus_files import read_corpus
from gansearch.executors.replay.comparison import Rival, compare
from gansearch.executors.replay.late_bloomers import Promising, promising
from gansearch.executors.replay.outcome import Outcome
from gansearch.executors.replay.recorded_grid import RecordedGrid
from gansearch.executors.replay.replay_space import replay_space
from gansearch.reporting.searches.page import write_page
from gansearch.reporting.searches.replays import read_questions, write_question

FOLDER = Path(__file__).parent
CORPUS = FOLDER.parent / "detectors" / "data"
STUDY = "corpus-ring"
WORKERS = 4
TIME_S = 100.0
"""On the simulated clock: for about 60 runs that nothing ends early."""
MOST_TRIALS = 5000
"""More than fit in that time."""
SEEDS = 20
COMMON = {"plan.trials": MOST_TRIALS, "plan.sampler": "tpe", "plan.pruner": "none", "detectors.mode": "enforce"}


@dataclass(frozen=True)
class Asked:
    """One question: the first way is the one that the others are compared with."""

    name: str
    common: str
    """What all ways have in common, in words."""
    ways: Mapping[str, Mapping[str, object]]


def rungs(pruner: str, first: int, factor: int) -> dict[str, object]:
    """A pruner with its first rung and the factor between rungs, in epochs."""
    return {"plan.pruner": {"name": pruner, "min_resource": first, "reduction_factor": factor}}


QUESTIONS = (
    Asked(
        "deaths",
        "TPE, no pruner, detectors that stop",
        {each: {"plan.deaths": each} for each in ("constraint", "pruned", "ignored")},
    ),
    Asked(
        "deaths_with_a_pruner",
        "TPE, the median pruner, detectors that stop",
        {each: {"plan.deaths": each, "plan.pruner": "median"} for each in ("constraint", "pruned", "ignored")},
    ),
    Asked(
        "pruners",
        "TPE, detectors that stop",
        {
            each: {"plan.pruner": each}
            for each in (
                "none",
                "median",
                "percentile",
                "successive_halving",
                "hyperband",
                "patient",
                "promotion",
            )
        },
    ),
    Asked(
        "rungs",
        "TPE, detectors that stop, runs of 40 epochs",
        {
            "no rung": {},
            **{
                f"{pruner}, {count} rung{'s' if count > 1 else ''} from epoch {first}": rungs(pruner, first, factor)
                for pruner in ("successive_halving", "promotion")
                for count, first, factor in ((6, 1, 2), (4, 1, 3), (3, 1, 4), (2, 4, 4), (1, 10, 4))
            },
        },
    ),
    Asked(
        "detectors",
        "no pruner",
        {
            "TPE, enforce": {},
            "TPE, off": {"detectors.mode": "off"},
            "random, enforce": {"plan.sampler": "random"},
            "random, off": {"plan.sampler": "random", "detectors.mode": "off"},
        },
    ),
)


def main() -> int:
    """Replay what is missing, and write the page."""
    options = parsed()
    for asked in QUESTIONS:
        wanted = not options.question or asked.name in options.question
        if wanted and (options.again or not (FOLDER / "data" / f"{asked.name}.json").exists()):
            replayed(asked, options.seeds)
    print(write_page(read_questions(FOLDER / "data"), FOLDER))
    return 0


def parsed() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--question", action="append", choices=[each.name for each in QUESTIONS])
    parser.add_argument("--again", action="store_true", help="replay what is there, too")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="searches of each way")
    return parser.parse_args()


def replayed(asked: Asked, seeds: int) -> None:
    """Replay every way of one question, and keep what came out."""
    grid = RecordedGrid.of(read_corpus(CORPUS), STUDY)
    rivals = [Rival(name, {**COMMON, **changes}) for name, changes in asked.ways.items()]
    objective = replay_space(grid, rivals[0].changes).plan.objectives[0]
    since = time.monotonic()
    found = compare(
        grid,
        rivals,
        seeds=range(seeds),
        workers=WORKERS,
        done=lambda: print(".", end="", flush=True),
        until_s=TIME_S,
    )
    print(f" {asked.name}: {time.monotonic() - since:.0f} s", file=sys.stderr)
    kept = promising(grid, objective)
    about = {"cells": len(grid.cells), "workers": WORKERS, "time_s": TIME_S, "common": asked.common}
    searches = {name: [said(seed, each, kept) for seed, each in enumerate(every)] for name, every in found.items()}
    write_question(FOLDER / "data", asked.name, about, searches)


def said(seed: int, found: Outcome, kept: Promising) -> dict[str, Any]:
    """One search as it is kept."""
    return {
        "seed": seed,
        "moments_s": [round(best.moment_s, 2) for best in found.bests],
        "ratios": [round(1 + best.regret / found.goal, 6) for best in found.bests],
        "ends": dict(found.ends),
        "good": _begun_and_lost(found, kept.good),
        "late": _begun_and_lost(found, kept.late),
    }


def _begun_and_lost(found: Outcome, keys: frozenset[str]) -> Sequence[int]:
    lost = sum(key in keys for key in found.lost)
    return lost + sum(key in keys for key in found.completed), lost


if __name__ == "__main__":
    sys.exit(main())
