"""Parts of a corpus to tune on and to judge on, by data set or by loss; no run is in both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gansearch.curves.corpus import CorpusRun
from gansearch.detectors import Policy
from gansearch.errors import ReportError
from gansearch.plugins import did_you_mean
from gansearch.records import Finding
from gansearch.reporting.calibration.judgement import Steps, spent
from gansearch.reporting.calibration.truths import Truths, ground_truth
from gansearch.reporting.calibration.tuning import Tuned, tune
from gansearch.reporting.calibration.walks import Walks

By: TypeAlias = Literal["dataset", "loss"]


@dataclass(frozen=True)
class Part:
    """Runs by their data sets and losses; every one where none is named."""

    datasets: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()

    def __str__(self) -> str:
        named = [f"the data sets {', '.join(self.datasets)}"] if self.datasets else []
        named += [f"the losses {', '.join(self.losses)}"] if self.losses else []
        return " with ".join(named) or "all data sets"

    def holds(self, run: CorpusRun) -> bool:
        """Whether a run belongs to it."""
        return (not self.datasets or run.dataset in self.datasets) and (not self.losses or run.loss in self.losses)


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Every run judged by thresholds that were tuned without its data set, or without its loss."""

    by: By
    truths: Truths
    """The runs that were judged."""
    stops: tuple[Finding | None, ...]
    """What each of them was stopped for."""
    tuned: dict[str, Tuned] = field(default_factory=dict)
    """By the data set or loss that was held out."""

    def spent_by(self, truths: Truths) -> Steps:
        """Steps that each of these runs, which were all judged, does [n]."""
        stops = dict(zip((run.key for run in self.truths.runs), self.stops, strict=True))
        return spent(truths, [stops[run.key] for run in truths.runs])


def parted(runs: Sequence[CorpusRun], tune_on: Part, judge_on: Part) -> tuple[Truths, Truths]:
    """The two parts. Best quarters and usual distances are those of the tuning part, and, to judge, of all runs.

    Raises:
        ReportError: where a name is unknown, a part is empty, or a run would be in both.
    """
    for part in (tune_on, judge_on):
        _check(part.datasets, sorted({run.dataset for run in runs}), "data set")
        _check(part.losses, sorted({run.loss for run in runs}), "loss")
    both = [run.key for run in runs if tune_on.holds(run) and judge_on.holds(run)]
    if both:
        raise ReportError(
            "thresholds must be judged on other runs than they were tuned on; "
            f"{len(both)} runs are in both parts, as {both[0]}"
        )
    everyone = ground_truth(runs)
    judged = everyone.where(_flags(everyone, judge_on))
    if not len(judged) or not any(tune_on.holds(run) for run in everyone.runs):
        raise ReportError("both parts must have runs whose end is known; one of them has none")
    return ground_truth([run for run in runs if tune_on.holds(run)]), judged


def held_out(truths: Truths, policy: Policy, walks: Walks, by: By, *, trials: int, seed: int = 0) -> HeldOut | None:
    """Hold out one data set after the other, or one loss; None where there is only one.

    Args:
        truths: all runs.
        policy: to be tuned.
        walks: of the runs.
        by: what is held out.
        trials: settings that are tried of each detector.
        seed: of the settings.
    """
    names = truths.datasets if by == "dataset" else truths.losses
    if len(set(names.tolist())) < 2:
        return None
    stops: list[Finding | None] = [None] * len(truths)
    tuned = {}
    for name in sorted(set(names.tolist())):
        others = ground_truth([run for run, own in zip(truths.runs, names, strict=True) if own != name])
        tuned[name] = tune(others, policy, walks, trials=trials, seed=seed)
        for index, run in enumerate(truths.runs):
            if names[index] == name:
                stops[index] = walks.stop(run, tuned[name].policy)
    return HeldOut(by, truths, tuple(stops), tuned)


def _flags(truths: Truths, part: Part) -> NDArray[np.bool_]:
    return np.array([part.holds(run) for run in truths.runs], dtype=bool)


def _check(names: Sequence[str], known: Sequence[str], what: str) -> None:
    for name in names:
        if name not in known:
            raise ReportError(
                f"a {what} must be one of the corpus ({', '.join(known)}); got {name!r}"
                f"{did_you_mean(name, tuple(known))}"
            )
