"""Packs of lanes on one thread against a plain PyTorch loop, and processes: ``python -m benchmarks.packs_cpu``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import torch

from benchmarks.cases import Case, DcganCase, MlpCase, RingCase
from benchmarks.command_line import kept_cases, parser
from benchmarks.processes import Job, Workers
from benchmarks.report import Report
from benchmarks.sides import Setting, ours, plain
from benchmarks.table import Row
from benchmarks.timing import Action, Rounds, Spread, alternate
from gansearch.trial.lane_table import chosen_lanes

LANES: Final = "one thread: a lane of a pack against the plain loop"
CHOICES: Final = "how many lanes are chosen"
PROCESSES: Final = "the whole machine: processes of one thread each, all at once"
LANES_NOTE: Final = (
    "CPU time per lane-step, medians of alternating rounds. gain: plain loop over a lane of the pack; "
    "over K = 1: a pack of one lane over a lane of the pack."
)
PROCESSES_NOTE: Final = (
    "Lane-steps per second of wall time, all processes of a row together; medians of alternating windows. K is the one "
    "with the least time per lane in the first table."
)


@dataclass(frozen=True)
class Plan:
    """A case and how much of it is measured."""

    case: Case
    steps: int
    """Steps of an epoch."""
    lanes: tuple[int, ...]
    rounds: int
    window_s: float
    """Seconds of one measurement of several processes."""


def plans(*, quick: bool) -> list[Plan]:
    """What is measured, in its order."""
    cases: dict[Case, int] = {RingCase(width=64): 40, RingCase(width=128): 40, MlpCase(): 20, DcganCase(filters=16): 10}
    if quick:
        return [Plan(case, 10, (1, 2, 4), 2, 0.3) for case in cases]
    return [Plan(case, steps, (1, 2, 4, 8, 16, 32), 7, 3.0) for case, steps in cases.items()]


def lane_rows(plan: Plan, rounds: Rounds) -> list[Row]:
    """One row for every K."""
    rows: list[Row] = []
    for lanes in plan.lanes:
        gain = rounds.cpu_ratio("plain", to=pack_of(lanes))
        rows.append(
            {
                "case": plan.case.name,
                "K": lanes,
                "plain ms": rounds.cpu("plain").median * 1e3,
                "ours ms a lane": rounds.cpu(pack_of(lanes)).median * 1e3,
                "gain": gain.median,
                "quartiles": f"{gain.low:.2f}-{gain.high:.2f}",
                "over K = 1": rounds.cpu_ratio(pack_of(1), to=pack_of(lanes)).median,
                "rounds": plan.rounds,
                "steps a round": plan.steps,
            }
        )
    return rows


def choice_row(plan: Plan, seconds: Mapping[int, float]) -> Row:
    """What is chosen from times per lane-step like these, beside what was fastest."""
    chosen = chosen_lanes({lanes: seconds[1] / each for lanes, each in seconds.items()})
    return {
        "case": plan.case.name,
        "fastest K": fastest(seconds),
        "chosen K": chosen,
        "its gain over K = 1": seconds[1] / seconds[chosen],
    }


def fastest(seconds: Mapping[int, float]) -> int:
    """The K with the least time per lane-step."""
    return min(seconds, key=lambda lanes: seconds[lanes])


def measured(plan: Plan) -> Rounds:
    """Time the plain loop and the packs of every K, all in each round."""
    setting, steps = Setting(), plan.steps
    actions = {"plain": Action(plain(plan.case, steps, setting), units=steps)}
    for lanes in plan.lanes:
        pack = ours(plan.case, steps, lanes, setting)
        actions[pack_of(lanes)] = Action(pack.train_epoch, units=steps * lanes)
    return alternate(actions, rounds=plan.rounds)


def process_rows(plan: Plan, lanes: int, workers: Workers) -> list[Row]:
    """Two processes of the plain loop, then one and two of packs of ``lanes`` lanes, in turn."""
    loop, pack = (Job(plan.case, plan.steps, count, Setting()) for count in (None, lanes))
    sides = {"2 plain loops": (loop, 2), f"1 pack of {lanes}": (pack, 1), f"2 packs of {lanes}": (pack, 2)}
    rates: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(plan.rounds):
        for name, (job, count) in sides.items():
            rates[name].append(workers.rate(job, plan.window_s, count))
    against = rates["2 plain loops"]
    return [
        {
            "case": plan.case.name,
            "processes": name,
            "lane-steps/s": Spread.of(found).median,
            "against 2 plain loops": Spread.of([a / b for a, b in zip(found, against, strict=True)]).median,
            "windows": plan.rounds,
        }
        for name, found in rates.items()
    ]


def pack_of(lanes: int) -> str:
    """What the timing of a pack of that many lanes is called."""
    return f"K = {lanes}"


def measure(plan: Plan, workers: Workers, report: Report) -> None:
    """Add the rows of one case; while it is timed on one thread the other processes wait."""
    rounds = measured(plan)
    report.add(LANES, *lane_rows(plan, rounds), note=LANES_NOTE)
    seconds = {lanes: rounds.cpu(pack_of(lanes)).median for lanes in plan.lanes}
    report.add(CHOICES, choice_row(plan, seconds))
    report.add(PROCESSES, *process_rows(plan, fastest(seconds), workers), note=PROCESSES_NOTE)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write the figures."""
    torch.set_num_threads(1)
    options = parser(__doc__, "--json").parse_args(arguments)
    planned = plans(quick=options.quick)
    kept = kept_cases([plan.case for plan in planned], options.only)
    report = Report("packs_cpu", options.path, options.quick)
    with Workers(2) as workers:
        for plan in planned:
            if plan.case in kept:
                measure(plan, workers, report)
    for table in report.tables:
        report.show(table)


if __name__ == "__main__":
    main()
