"""One trial on one thread against a plain PyTorch loop: ``python -m benchmarks.step_cpu``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import torch

from benchmarks.agreement import agreement
from benchmarks.cases import Case, DcganCase, MlpCase
from benchmarks.command_line import kept_cases, parser
from benchmarks.parts import parts
from benchmarks.report import Report
from benchmarks.sides import Setting, as_it_stands, ours, peer_samples, plain
from benchmarks.table import Cell, Row
from benchmarks.timing import Action, Rounds, alternate
from benchmarks.work import LayerWork, flops, run, step_work

TIMES: Final = "one trial on one thread"
PARTS: Final = "where the time of ours goes, before its steps are recorded"
NOTE: Final = (
    "CPU time per step, medians of alternating rounds [quartiles of the rounds' ratios]. products: the plain loop's "
    "matrix products and convolutions alone; share of bound: their time over ours."
)


@dataclass(frozen=True)
class Plan:
    """A case and how much of it is measured."""

    case: Case
    steps: int
    """Steps of an epoch, of ours and of the plain loop."""
    rounds: int


def plans(*, quick: bool) -> list[Plan]:
    """What is measured, in its order; the steps are multiples of 10, so that every tenth measures the update ratios."""
    cases = {MlpCase(): 40, MlpCase(dropout=0.0): 40, DcganCase(filters=16): 20, DcganCase(filters=64): 10}
    if quick:
        return [Plan(case, 10, 2) for case in cases if case != DcganCase(filters=64)]
    return [Plan(case, steps, 9) for case, steps in cases.items()]


def times(plan: Plan) -> Row:
    """One row of the first table."""
    case = plan.case
    rounds = measured(plan)
    ratio = rounds.cpu_ratio("plain", to="ours")
    fused = rounds.cpu_ratio("plain, fused", to="ours")
    return {
        "case": case.name,
        "plain ms": rounds.cpu("plain").median * 1e3,
        "plain, fused Adam ms": rounds.cpu("plain, fused").median * 1e3,
        "ours ms": rounds.cpu("ours").median * 1e3,
        "plain / ours": ratio.median,
        "quartiles": f"{ratio.low:.2f}-{ratio.high:.2f}",
        "plain, fused / ours": fused.median,
        "wall: plain / ours": rounds.wall_ratio("plain", to="ours").median,
        "products ms": rounds.cpu("products").median * 1e3,
        "share of bound": rounds.cpu_ratio("products", to="ours").median,
        "gflop": flops(bare(case)) / 1e9,
        "losses differ by": agreement(case, 3).worst,
        "rounds": plan.rounds,
        "steps a round": plan.steps,
    }


def measured(plan: Plan) -> Rounds:
    """Time both loops and the bare products."""
    case, steps, setting = plan.case, plan.steps, Setting()
    work = bare(case)
    actions: dict[str, Callable[[], object]] = {
        "plain": plain(case, steps, setting),
        "plain, fused": plain(case, steps, setting, fused=True),
        "ours": ours(case, steps, 1, setting).train_epoch,
        "products": lambda: run(work, times=steps),
    }
    return alternate({name: Action(action, units=steps) for name, action in actions.items()}, rounds=plan.rounds)


def bare(case: Case) -> list[LayerWork]:
    """The plain loop's products, those that it throws away among them."""
    return step_work(case.peer(), peer_samples(case, 1), needless=True)


def shares(plan: Plan) -> list[Row]:
    """Rows of the second table."""
    pack = as_it_stands(plan.case, plan.steps)
    pack.train_epoch()
    found = parts(pack.train_epoch, plan.steps)
    total = sum(found.values())
    return [{"case": plan.case.name, "part": part, "ms a step": ms, "share": ms / total} for part, ms in found.items()]


def by_part(rows: Sequence[Row]) -> list[Row]:
    """The second table with a column for every case: milliseconds a step and share."""
    found: dict[Cell, dict[str, Cell]] = {}
    for row in rows:
        line = found.setdefault(row["part"], {"part": row["part"]})
        line[str(row["case"])] = f"{row['ms a step']:.2f} ({row['share']:.0%})"
    return list(found.values())


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write the figures."""
    torch.set_num_threads(1)
    options = parser(__doc__, "--json").parse_args(arguments)
    planned = plans(quick=options.quick)
    kept = kept_cases([plan.case for plan in planned], options.only)
    report = Report("step_cpu", options.path, options.quick)
    for plan in planned:
        if plan.case in kept:
            report.add(TIMES, times(plan), note=NOTE)
            report.add(PARTS, *shares(plan))
    report.show(TIMES)
    report.show(PARTS, by_part(report.tables[PARTS]))


if __name__ == "__main__":
    main()
