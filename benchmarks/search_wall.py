"""A whole search against the script that a user would write today: ``python -m benchmarks.search_wall``."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.command_line import parser
from benchmarks.report import Report
from benchmarks.search_list import configurations
from benchmarks.search_sides import Loop, Ours, Outcome, Side, Task, Tune, carried_out
from benchmarks.table import Row
from benchmarks.timing import Spread

WALL: Final = "the same list of configurations: from the command to its end"
TIMES: Final = "where the time goes"
WORK: Final = "what was done"
NOTES: Final = {
    WALL: "Wall time with tracking and a measurement after every epoch, medians over rounds; over ours: its ratio to "
    "ours within the same round. Early stopping does less work: its row is a gain apart, no part of the comparison.",
    TIMES: "Medians of seconds. Training and evaluation are summed over trials. slots: what the places of trials (two; "
    "one of the one loop) have had from the first trial's start to the last one's end; idle: the share of it that is "
    "neither. Ours measure their three best with 5,000 samples at the end, and write a report; the others do not.",
    WORK: "Of the first round. Distances are of the last epoch, n = 1,000, on random streams of each side's own.",
}
SLOTS: Final = 2
"""Trials that run at a time; of the sequential loop, one."""
OURS: Final = Ours("ours")
IMPORTS: Final = "import torch, ray.tune, optuna, mlflow, pandas, matplotlib.pyplot, scipy.stats, statsmodels.api"
"""What is read from the disk before anything is timed."""


@dataclass(frozen=True)
class Plan:
    """A side and how often it is measured."""

    side: Side
    slots: int = SLOTS
    is_once: bool = False

    @property
    def name(self) -> str:
        """Of the side."""
        return self.side.name


PLANS: Final = (
    Plan(OURS),
    Plan(Tune("Ray Tune, OptunaSearch, MLflow")),
    Plan(Loop("two loops of one thread", processes=2, threads=1)),
    Plan(Loop("one loop of torch's threads", processes=1, threads=None), slots=1, is_once=True),
    Plan(Ours("ours, early stopping", early_stopping=True), is_once=True),
)
ASKED: Final = (Plan(Tune("Ray Tune, actors reused", reuse_actors=True)),)
"""Sides that run only where ``--only`` names them."""
FULL: Final = Task(configurations(24), epochs=12)
QUICK: Final = Task(configurations(3), epochs=2)


def kept(only: Sequence[str]) -> list[Plan]:
    """The plans whose names begin with one of ``only``; those of ``PLANS`` where it is empty.

    Raises:
        SystemExit: where a name fits no side, with those that there are.
    """
    known = [*PLANS, *ASKED]
    for name in only:
        if not any(plan.name.startswith(name) for plan in known):
            raise SystemExit(f"--only {name!r} must begin a side's name; there are {[plan.name for plan in known]}")
    return [plan for plan in known if plan.name.startswith(tuple(only))] if only else list(PLANS)


def in_turn(plans: Sequence[Plan], number: int) -> list[Plan]:
    """The sides of a round, counted from 0; every other round goes through them backwards."""
    due = [plan for plan in plans if number == 0 or not plan.is_once]
    return due if number % 2 == 0 else due[::-1]


def wall_rows(plans: Sequence[Plan], found: Mapping[str, Sequence[Outcome]]) -> list[Row]:
    """Rows of the first table."""
    rows: list[Row] = []
    for plan in plans:
        seconds = [outcome.wall_s for outcome in found[plan.name]]
        row: dict[str, float | str | int | None] = {"side": plan.name, "wall s": Spread.of(seconds).median}
        if OURS.name in found:
            pairs = zip(seconds, found[OURS.name], strict=False)
            over = Spread.of([each / ours.wall_s for each, ours in pairs])
            row |= {"over ours": over.median, "quartiles": f"{over.low:.2f}-{over.high:.2f}"}
        rows.append({**row, "rounds": len(seconds)})
    return rows


def time_rows(plans: Sequence[Plan], found: Mapping[str, Sequence[Outcome]]) -> list[Row]:
    """Rows of the second table."""
    return [_time_row(plan, found[plan.name]) for plan in plans]


def _time_row(plan: Plan, outcomes: Sequence[Outcome]) -> Row:
    training = [sum(trial.training_s for trial in each.trials) for each in outcomes]
    evaluation = [sum(trial.evaluation_s for trial in each.trials) for each in outcomes]
    slots = [plan.slots * each.trials_s for each in outcomes]
    idle = [1 - (a + b) / c for a, b, c in zip(training, evaluation, slots, strict=True)]
    columns = {
        "until the first trial": [each.before_s for each in outcomes],
        "trials": [each.trials_s for each in outcomes],
        "after the last": [each.after_s for each in outcomes],
        "of it the best measured": [each.measuring_s for each in outcomes],
        "training": training,
        "evaluation": evaluation,
        "slots": slots,
        "idle": idle,
    }
    return {"side": plan.name, **{name: Spread.of(values).median for name, values in columns.items()}}


def work_rows(plans: Sequence[Plan], found: Mapping[str, Sequence[Outcome]]) -> list[Row]:
    """Rows of the third table."""
    rows: list[Row] = []
    for plan in plans:
        trials = found[plan.name][0].trials
        distances = Spread.of([trial.distance for trial in trials])
        row: Row = {"side": plan.name, "trials": len(trials), "steps": sum(trial.steps for trial in trials)}
        quartiles = {"lower quartile": distances.low, "distance": distances.median, "upper quartile": distances.high}
        rows.append({**row, **quartiles})
    return rows


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write the figures."""
    command = parser(__doc__, "--json")
    command.add_argument("--rounds", type=int, default=2, help="times that each side is measured; 2 by default")
    options = command.parse_args(arguments)
    plans, task = kept(options.only), QUICK if options.quick else FULL
    report = Report("search_wall", options.path, options.quick)
    subprocess.run([sys.executable, "-c", IMPORTS], check=True)
    found: dict[str, list[Outcome]] = {plan.name: [] for plan in plans}
    for number in range(options.rounds):
        for plan in in_turn(plans, number):
            found[plan.name].append(carried_out(plan.side, task))
            print(f"round {number + 1}: {plan.name}: {found[plan.name][-1].wall_s:.1f} s", file=sys.stderr, flush=True)
    for title, rows in ((WALL, wall_rows), (TIMES, time_rows), (WORK, work_rows)):
        report.add(title, *rows(plans, found), note=NOTES[title])
        report.show(title)


if __name__ == "__main__":
    main()
