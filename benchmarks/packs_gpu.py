"""Packs of lanes on a GPU against plain loops and the device's limit: ``python -m benchmarks.packs_gpu``.

Needs torch, numpy and jaxtyping alone.
"""

from __future__ import annotations

import gc
from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, TypeGuard

import torch

from benchmarks.cases import Case, DcganCase, MlpCase
from benchmarks.command_line import kept_cases, parser
from benchmarks.deadline import Deadline, TimeIsUpError
from benchmarks.idle import idle_share
from benchmarks.limits import Limit, Peaks, limit, peaks_of
from benchmarks.processes import Job, WorkerError, Workers
from benchmarks.report import Report
from benchmarks.sides import Precision, Setting, ours, plain
from benchmarks.table import Cell, Row
from benchmarks.timing import Action, Clocks, Spread, alternate

PACKS: Final = "packs against the plain loop, one after the other"
PROCESSES: Final = "processes of the plain loop that share the device"
NOTE: Final = (
    "Wall time, medians of alternating rounds [quartiles of the rounds' ratios]. eager: the plain loop alone, in the "
    "same precision. limit: the lower one of the device's peak over the step's products, and of its memory's bandwidth "
    "over the bytes of weights, gradients and Adam's state."
)


RESERVE_S: Final = 20.0
"""Kept for what cannot be stopped: the building of a large pack, and the watching of its last epoch."""


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    lanes: tuple[int, ...]
    processes: tuple[int, ...]
    steps: int
    """Steps of an epoch."""
    rounds: int
    window_s: float
    """Seconds of one measurement of several processes."""
    product_size: int
    """Of the products that measure an unknown device's peak."""


FULL: Final = Plan((1, 2, 4, 8, 16, 32, 64, 128, 256), (4, 16), 60, 5, 5.0, 8192)
QUICK: Final = Plan((1, 2), (1,), 10, 2, 0.3, 512)


@dataclass(frozen=True)
class Series:
    """One case in one precision: K goes from 1 to the most."""

    case: Case
    setting: Setting

    @property
    def row(self) -> dict[str, Cell]:
        """What every row of the series says first."""
        return {"case": self.case.name, "precision": self.setting.precision}


def series(device: str, *, quick: bool) -> list[Series]:
    """Everything that is measured, what matters most first."""
    networks: tuple[Case, ...] = (MlpCase(), DcganCase(filters=64))
    if quick:
        networks = (MlpCase(width=32), DcganCase(filters=4, batch_size=32))
    precisions: tuple[Precision, ...] = ("fp32",) if device == "cpu" else ("tf32", "fp32", "bf16")
    cases = (*networks, *(network.with_r1() for network in networks))
    return [Series(case, Setting(device, precision)) for precision, case in product(precisions, cases)]


@dataclass(frozen=True)
class Bench:
    """What the measurements share."""

    plan: Plan
    peaks: Peaks
    deadline: Deadline

    def pack_rows(self, one: Series) -> Iterator[Row]:
        """A row for every K; the last says so where memory ran out."""
        bound = limit(one.case, one.setting.precision, self.peaks)
        for lanes in self.plan.lanes:
            try:
                yield self.pack_row(one, lanes, bound)
            except torch.OutOfMemoryError:
                yield {**one.row, "K": lanes, "remark": "out of memory"}
                return

    def pack_row(self, one: Series, lanes: int, bound: Limit) -> Row:
        """Time a pack of ``lanes`` lanes and the plain loop in turn."""
        steps, setting = self.plan.steps, one.setting
        memory_before = _start_of_memory(setting)
        pack = ours(one.case, steps, lanes, setting)
        epoch = self.deadline.guarded(pack.train_epoch)
        epoch()
        memory = _peak_memory(setting, memory_before)
        actions = {
            "ours": Action(epoch, units=steps * lanes),
            "plain": Action(self.deadline.guarded(plain(one.case, steps, setting)), units=steps),
        }
        rounds = alternate(actions, rounds=self.plan.rounds, clocks=Clocks(settle=setting.settle))
        ours_s, gain = rounds.wall("ours").median, rounds.wall_ratio("plain", to="ours")
        return {
            **one.row,
            "K": lanes,
            "lane-steps/s": 1 / ours_s,
            "eager steps/s": 1 / rounds.wall("plain").median,
            "gain": gain.median,
            "quartiles": f"{gain.low:.2f}-{gain.high:.2f}",
            "limit/s": bound.lane_steps_per_s,
            "limit by": "products" if bound.by_products < bound.by_memory else "memory",
            "share of limit": 1 / ours_s / bound.lane_steps_per_s,
            "gflop": bound.gflop,
            "memory MiB": memory,
            "idle": None if setting.device == "cpu" else idle_share(pack.train_epoch, ours_s * steps * lanes, setting),
            "remark": None,
        }

    def process_rows(self, one: Series, workers: Workers) -> Iterator[Row]:
        """A row for every number of processes: their rates together."""
        job = Job(one.case, self.plan.steps, None, one.setting)
        for count in self.plan.processes:
            try:
                rates = [self._rate(job, workers, count) for _ in range(self.plan.rounds)]
            except WorkerError as error:
                yield {**one.row, "processes": count, "remark": str(error)}
            else:
                yield {**one.row, "processes": count, "steps/s": Spread.of(rates).median, "remark": None}

    def _rate(self, job: Job, workers: Workers, count: int) -> float:
        self.deadline.check(self.plan.window_s)
        return workers.rate(job, self.plan.window_s, count)


def measure(bench: Bench, wanted: Sequence[Series], report: Report) -> None:
    """Add row after row to the report: packs and processes in the first precision, then packs in the others.

    Raises:
        TimeIsUpError: where the deadline comes first.
    """
    first = [one for one in wanted if one.setting == wanted[0].setting]
    for one in first:
        for row in bench.pack_rows(one):
            report.add(PACKS, row)
    measure_processes(bench, first, report)
    for one in wanted[len(first) :]:
        for row in bench.pack_rows(one):
            report.add(PACKS, row)


def measure_processes(bench: Bench, wanted: Sequence[Series], report: Report) -> None:
    """Add the rows of plain loops that share the device, beside the best pack of the same series.

    Raises:
        TimeIsUpError: where the deadline comes first.
    """
    bench.deadline.check()
    try:
        with Workers(max(bench.plan.processes), start_up_s=bench.deadline.left_s) as workers:
            for one in wanted:
                best = best_pack(report.tables[PACKS], one)
                for row in bench.process_rows(one, workers):
                    rate = row.get("steps/s")
                    report.add(PROCESSES, {**row, "best pack over them": best / rate if is_rate(rate) else None})
    except WorkerError as error:
        report.add(PROCESSES, {"remark": str(error)})


def best_pack(rows: Sequence[Row], one: Series) -> float:
    """Most lane-steps per second of any pack of a series; 0 where there is none."""
    rates = [row.get("lane-steps/s") for row in rows if one.row.items() <= row.items()]
    return max((rate for rate in rates if is_rate(rate)), default=0.0)


def is_rate(cell: Cell) -> TypeGuard[float]:
    """Whether a cell holds a measured rate."""
    return isinstance(cell, float) and cell > 0


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure row by row until all is done or time is up; print, and write the figures after every row."""
    torch.set_num_threads(1)
    options = _options(arguments)
    deadline = Deadline(options.minutes, RESERVE_S)
    plan = QUICK if options.quick else FULL
    planned = series(options.device, quick=options.quick)
    kept = kept_cases([each.case for each in planned], options.only)
    report = Report("packs_gpu", options.path, options.quick, options.device)
    peaks = peaks_of(options.device, size=plan.product_size)
    report.add(PACKS, note=f"{NOTE} Peaks: {peaks.source}.")
    bench = Bench(plan, peaks, deadline)
    wanted = [each for each in planned if each.case in kept and each.setting.precision in options.precision]
    try:
        measure(bench, wanted, report)
    except TimeIsUpError as up:
        report.add(PACKS, note=f"{report.notes[PACKS]} Not finished: {up}.")
    for table in report.tables:
        report.show(table)


def _options(arguments: Sequence[str] | None) -> Namespace:
    made = parser(__doc__, "--out")
    made.add_argument("--minutes", type=float, default=25.0, help="time after which it stops by itself")
    made.add_argument("--device", default="cuda", help="cuda, or cpu to see that all works")
    made.add_argument("--precision", nargs="+", default=["fp32", "tf32", "bf16"], help="those to be measured")
    return made.parse_args(arguments)


def _start_of_memory(setting: Setting) -> int:
    """Bytes that are in use before a row."""
    if setting.device == "cpu":
        return 0
    gc.collect()
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats(setting.device)
    return torch.cuda.memory_allocated(setting.device)


def _peak_memory(setting: Setting, before: int) -> float | None:
    """Most MiB that were in use beyond ``before``; None on a CPU, which does not count them."""
    return None if setting.device == "cpu" else (torch.cuda.max_memory_allocated(setting.device) - before) / 2**20


if __name__ == "__main__":
    main()
