"""What the signals cost a step: ``python -m benchmarks.signal_costs``. Detectors may take 3 % of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
import torch

from benchmarks.cases import Case, DcganCase, MlpCase, RingCase
from benchmarks.command_line import kept_cases, parser
from benchmarks.report import Report
from benchmarks.sides import UNTIL_RECORDED, Setting, ours
from benchmarks.table import Row
from benchmarks.timing import Action, alternate
from gansearch.detectors import Trace, default_detectors
from gansearch.detectors.policy import Policy
from gansearch.training import Pack
from gansearch.training.recording import runner_for
from gansearch.training.signals import NAMES
from gansearch.training.step import Step, Variant

TABLE: Final = "signals, in a step"
CHECKS: Final = "detectors, at the end of an epoch"
NOTE: Final = "CPU time per step, medians of alternating rounds [quartiles of the rounds' ratios]."
MOST: Final = 0.03
"""Share of a step that signals may cost."""


@dataclass(frozen=True, eq=False)
class _Blind(Step):
    """The step without a signal: nothing is measured, and nothing kept."""

    def __call__(self, variant: Variant) -> None:
        super().__call__(Variant(measure=False, due=variant.due))

    def _end(self, real: Any, fake: Any, signals: Any, variant: Variant) -> None:
        self.hooks.after_step()
        self.position.add_(1)
        self.streams.clock.add_(1)
        self.training.generator.follow(self.streams.clock)
        self.training.discriminator.follow(self.streams.clock)


@dataclass(frozen=True)
class Plan:
    """A case and how much of it is measured."""

    case: Case
    lanes: int
    steps: int
    """Steps of an epoch."""
    rounds: int


def plans(*, quick: bool) -> list[Plan]:
    """What is measured, in its order."""
    cases = [
        Plan(RingCase(), 1, 200, 15),
        Plan(RingCase(), 16, 100, 15),
        Plan(MlpCase(), 1, 40, 15),
        Plan(DcganCase(filters=16), 1, 20, 11),
    ]
    return [Plan(plan.case, min(plan.lanes, 2), 10, 2) for plan in cases[1:3]] if quick else cases


def blinded(pack: Pack) -> Pack:
    """The pack, whose steps give no signals from now on, and are recorded anew."""
    pack._program = _Blind(**{each.name: getattr(pack._program, each.name) for each in fields(Step)})
    pack._program.signals.told.zero_()
    pack._program.signals.held.zero_()
    pack._run = runner_for(pack._program, 1)
    return pack


def row(plan: Plan) -> Row:
    """One row: seconds of CPU a step with every signal and without any, by turns."""
    seeing, other = (ours(plan.case, plan.steps, plan.lanes, Setting()) for _ in range(2))
    packs = {"with": seeing, "without": blinded(other)}
    actions = {name: Action(_epoch(pack), plan.steps) for name, pack in packs.items()}
    rounds = alternate(actions, rounds=plan.rounds, warm_up=UNTIL_RECORDED)
    share = rounds.cpu_ratio("with", to="without")
    return {
        "case": plan.case.name,
        "lanes": plan.lanes,
        "with ms": rounds.cpu("with").median * 1e3,
        "without ms": rounds.cpu("without").median * 1e3,
        "signals take": share.median - 1,
        "quartiles": f"{share.low - 1:.3f} to {share.high - 1:.3f}",
        "may take": MOST,
    }


def checks(*, quick: bool) -> list[Row]:
    """What looking at the trace takes at the end of an epoch, from raw signals to the verdict."""
    found: list[Row] = []
    for steps_per_epoch, epochs in ((39, 40), (469, 100)):
        steps = steps_per_epoch * epochs
        numbers = np.random.default_rng(0)
        signals = {name: numbers.uniform(0.1, 1, steps).astype(np.float32) for name in NAMES}
        step = np.arange(1, epochs + 1, dtype=np.float64) * steps_per_epoch
        metrics = {name: numbers.uniform(0.1, 1, epochs) for name in ("frechet_distance", "coverage", "sample_spread")}
        policy = Policy("enforce", 2.0, 2, default_detectors())
        times = []
        for _ in range(3 if quick else 30):
            began = time.process_time()
            trace = Trace.of(
                signals,
                {**metrics, "step": step, "epoch": step / steps_per_epoch},
                steps_per_epoch=steps_per_epoch,
                total_steps=steps,
                classes=10,
                is_probability_loss=True,
                loss="non_saturating",
            )
            policy.decide(trace, [])
            times.append(time.process_time() - began)
        found.append(
            {"steps so far": steps, "steps of an epoch": steps_per_epoch, "ms a check": float(np.median(times)) * 1e3}
        )
    return found


def _epoch(pack: Pack) -> Callable[[], None]:
    def train() -> None:
        pack.train_epoch()

    return train


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure the cases, print the tables and write the JSON."""
    options = parser(__doc__, "--json").parse_args(arguments)
    planned = plans(quick=options.quick)
    kept = kept_cases([plan.case for plan in planned], options.only)
    torch.set_num_threads(1)
    report = Report("signal_costs", options.path, options.quick)
    for plan in planned:
        if plan.case in kept:
            report.add(TABLE, row(plan), note=NOTE)
    report.add(CHECKS, *checks(quick=options.quick))
    report.show(TABLE)
    report.show(CHECKS)


if __name__ == "__main__":
    main()
