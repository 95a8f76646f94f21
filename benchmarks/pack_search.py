"""What packs cost a search, and what filling them up gains: ``python -m benchmarks.pack_search``.

Nothing is trained. The studies, the sampler, the pruner, the driver and its packer are the real ones; trials are told a
value in closed form of their settings at every epoch. Packs of K lanes, filled up as their lanes end or not, stand
beside as many workers that run one trial each: the same trials go on at a time, and the sampler of those is never asked
for one structure.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import tempfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.table import Table, show
from gansearch.executors.driver import Driver
from gansearch.executors.packing import left_after
from gansearch.records import (
    Assignment,
    End,
    Evaluation,
    LaneReport,
    MetricValue,
    Protocol,
    Setting,
    TrialEnd,
    TrialIdentity,
)
from gansearch.space import parse_space
from gansearch.storage import Storage
from gansearch.study import Study
from gansearch.trial.interrupt import Interrupt

SPACE: Final = """
name: packs
dataset: {name: ring}
generator: {layers: {int: [2, 5]}, width: {choice: [32, 64, 128, 256]}}
discriminator: {width: {choice: [64, 128]}, dropout: {float: [0.0, 0.5]}}
optimizer: {generator: {lr: {float: [1e-5, 1e-1], log: true}}, discriminator: {lr: {float: [1e-5, 1e-1], log: true}}}
training: {epochs: 8, evaluate_every: 1, batch_size: {choice: [64, 128]}}
plan: {kind: search, trials: 10, sampler: {name: tpe, constant_liar: true}, pruner: successive_halving,
       objective: {metric: sample_spread, direction: minimize, value: last}}
"""
"""16 structures: depths may differ within a pack."""
ONE_STRUCTURE: Final = {"generator.width": 128, "discriminator.width": 128, "training.batch_size": 128}
EPOCHS: Final = 8
PROTOCOL: Final = Protocol("none", "", 1000, 1000, "test")
WAYS: Final = ("one lane", "packs", "packs, filled up")


class Untracked:
    """Stands in for the feed of MLflow."""

    def started(self, assignment: Assignment) -> None: ...

    def update(self, identity: TrialIdentity) -> None: ...

    def ended(self, identity: TrialIdentity, end: TrialEnd) -> None: ...


@dataclass(frozen=True)
class Found:
    """What one search has come to."""

    best: float
    """Of all its trials; 0 is the optimum."""
    best_half: float
    """Of the first half of its trials."""
    lanes: float
    """Of a pack at an epoch, on average."""
    epochs: int
    """That the search takes: those of its packs go by at the same time."""
    assemblies: int
    """Packs begun, and times that lanes left or joined one."""


def badness(settings: Mapping[str, Setting]) -> float:
    """The value of a configuration once it is trained, at least 0: structure and numbers both matter."""
    rates = [math.log10(float(settings[f"optimizer.{player}.lr"] or 0)) for player in ("generator", "discriminator")]
    value = 0.5 * (rates[0] + 3.4) ** 2 + 0.5 * (rates[1] - rates[0] - 0.3) ** 2
    value += 0.4 * abs(math.log2(float(settings["generator.width"] or 0)) - 7)
    value += 0.3 * (settings["discriminator.width"] == 64) + 0.3 * (settings["training.batch_size"] == 64)
    value += 0.2 * abs(float(settings["generator.layers"] or 0) - 4)
    return value + 2.0 * (float(settings["discriminator.dropout"] or 0) - 0.2) ** 2


class Played:
    """Packs that report epoch by epoch, without training."""

    def __init__(self, driver: Driver, *, fills: bool) -> None:
        self._driver = driver
        self._fills = fills
        self._epochs: dict[TrialIdentity, int] = {}
        self.assemblies = 0

    def begin(self, pack: list[Assignment]) -> list[Assignment]:
        """A pack's first epoch is still to come."""
        self.assemblies += bool(pack)
        return pack

    def after_epoch(self, pack: list[Assignment]) -> list[Assignment]:
        """The pack once it has trained for an epoch, and heard who goes on and who joins."""
        after, reports = pack, [self._evaluated(each) for each in pack]
        while reports:
            answer = self._driver.report(reports, after)
            after = [*left_after(after, reports), *answer.join]
            reports = [self._report(each, End.PRUNED) for each in after if each.identity in answer.prune]
        self.assemblies += bool(after) and after != pack
        return after

    def _evaluated(self, trial: Assignment) -> LaneReport:
        epoch = self._epochs[trial.identity] = self._epochs.get(trial.identity, 0) + 1
        value = badness(trial.settings) + 3.0 * math.exp(-0.7 * epoch)
        done = Evaluation(epoch, epoch, "live", False, (MetricValue("sample_spread", value, PROTOCOL),), 0.1)
        return self._report(trial, End.COMPLETED if epoch == EPOCHS else None, done)

    def _report(self, trial: Assignment, end: End | None, done: Evaluation | None = None) -> LaneReport:
        epoch = self._epochs[trial.identity]
        said = None if end is None else TrialEnd(end, "", epoch, epoch)
        return LaneReport(trial.identity, 0, epoch, epoch, done, said, float(epoch), None if self._fills else 0)


@dataclass(frozen=True)
class Case:
    """What is searched, and on what."""

    trials: int
    lanes: int
    workers: int
    is_one_structure: bool

    @property
    def title(self) -> str:
        """For the table."""
        structures = "1 structure" if self.is_one_structure else "16 structures"
        return f"{structures}, {self.trials} trials, {self.workers} packs of {self.lanes}"


def searched(way: str, case: Case, seed: int) -> Found:
    """One search."""
    trials, lanes, workers = case.trials, case.lanes, case.workers
    in_parallel, of_pack = (workers * lanes, 1) if way == "one lane" else (workers, lanes)
    with tempfile.TemporaryDirectory(prefix="gansearch-packs-") as folder:
        overrides = {"plan.trials": trials, **(ONE_STRUCTURE if case.is_one_structure else {})}
        space = parse_space(SPACE, "packs.yaml", overrides)
        study = Study.create(space, name="packs", storage=Storage(folder), seed=seed)
        with closing(study):
            driver = Driver(study, Untracked(), Interrupt(), lanes=of_pack, watch=None, say=print)  # type: ignore[arg-type]
            played = Played(driver, fills=way == WAYS[2])
            epochs = _run(driver, played, in_parallel)
            sizes = [size for each in epochs for size in each]
            values = [badness(study.space.settings(row.params)) for row in study.trials()]
    return Found(min(values), min(values[: trials // 2]), statistics.mean(sizes), len(epochs), played.assemblies)


def _run(driver: Driver, played: Played, workers: int) -> list[list[int]]:
    """Until nothing is left to run; lanes of every pack, epoch by epoch."""
    sizes: list[list[int]] = []
    packs: list[list[Assignment]] = [[] for _ in range(workers)]
    while True:
        packs = [pack or played.begin(driver.next_pack()) for pack in packs]
        if not any(packs):
            return sizes
        sizes.append([len(pack) for pack in packs if pack])
        packs = [played.after_epoch(pack) if pack else [] for pack in packs]


def rows(case: Case, seeds: int) -> list[dict[str, Any]]:
    """Medians over seeds of each way, which see the same seeds."""
    found: dict[str, list[Found]] = {way: [] for way in WAYS}
    for seed in range(seeds):
        for way in WAYS:
            found[way].append(searched(way, case, seed))
    return [
        {
            "way": way,
            "best": _median([each.best for each in found[way]]),
            "best of first half": _median([each.best_half for each in found[way]]),
            "worst seed": round(max(each.best for each in found[way]), 3),
            "lanes of a pack": _median([each.lanes for each in found[way]]),
            "epochs": _median([float(each.epochs) for each in found[way]]),
            "assemblies": _median([float(each.assemblies) for each in found[way]]),
        }
        for way in WAYS
    ]


def _median(values: list[float]) -> float:
    return round(statistics.median(values), 3)


def main() -> None:
    """Print the table, and write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, value in {"trials": 500, "lanes": 8, "workers": 2, "seeds": 5}.items():
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--json", type=Path)
    said = parser.parse_args()
    cases = [Case(said.trials, said.lanes, said.workers, is_one) for is_one in (True, False)]
    tables = [Table(f"{case.title}, {said.seeds} seeds", rows(case, said.seeds)) for case in cases]
    for table in tables:
        show(table)
    if said.json is not None:
        said.json.write_text(json.dumps({table.title: table.rows for table in tables}, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
