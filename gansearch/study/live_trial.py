"""A trial that has not been told: its replicates, and the rungs that they have passed together."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import optuna

from gansearch.records import End, Setting, TrialEnd
from gansearch.study.ends import DEATHS, FAILURES
from gansearch.study.extension import Extension
from gansearch.study.objective import Values, is_finite
from gansearch.study.replicate import Replicate

PRUNED_AT = "pruned_at"
"""User attribute: what the trial was pruned at, from the decision until its replicates have obeyed."""


@dataclass(eq=False)
class LiveTrial:
    """One Optuna trial in state RUNNING."""

    optuna: optuna.Trial
    parameters: Mapping[str, Setting]
    settings: Mapping[str, Setting]
    replicates: list[Replicate]
    reported: set[int] = field(default_factory=set)
    """Steps that Optuna has."""
    pruned_at: int | None = None
    extension: Extension | None = None
    """What it goes on from, where it extends another trial."""

    @property
    def number(self) -> int:
        """Optuna's number."""
        return int(self.optuna.number)

    @property
    def origin(self) -> int:
        """Number of the trial from which its seed follows."""
        return self.number if self.extension is None else self.extension.origin

    @property
    def is_over(self) -> bool:
        """Whether every replicate has ended for good."""
        return all(replicate.is_over for replicate in self.replicates)

    @property
    def is_safe(self) -> bool:
        """Whether no pruner may end or pause it.

        Whoever extends a trial wants to see where it goes; one that is spared is to show what would have become of it.
        """
        return self.extension is not None or any(each.is_spared for each in self.replicates)

    def rungs_passed(self) -> list[tuple[int, float]]:
        """Rungs that Optuna does not have yet and that every replicate still in question has passed, with their mean.

        Dead and failed replicates are left out of the mean; a rung at which one was not finite is never told.
        """
        counted = [each for each in self.replicates if each.end is None or each.end.end not in (*DEATHS, *FAILURES)]
        if not counted:
            return []
        latest = max(self.reported, default=-1)
        first, *others = counted
        new = sorted(epoch for epoch in first.rungs if epoch > latest)
        epochs = [epoch for epoch in new if all(epoch in each.rungs for each in others)]
        passed = [(epoch, _means([each.rungs[epoch] for each in counted])[0]) for epoch in epochs]
        return [(epoch, value) for epoch, value in passed if math.isfinite(value)]

    def save(self, replicate: Replicate) -> None:
        """Keep what is known of a replicate in Optuna's storage."""
        self.optuna.set_user_attr(replicate.key, replicate.said())

    def report(self, step: int, value: float) -> None:
        """Tell Optuna a value; once per step."""
        self.optuna.report(value, step)
        self.reported.add(step)

    def report_final(self, replicate: Replicate) -> bool:
        """Tell a pruner that compares replicates the value of one that has completed, once; whether it is told now."""
        if replicate.values is None or replicate.index in self.reported:
            return False
        self.report(replicate.index, replicate.values[0])
        return True

    def pause(self, reason: str, epoch: int) -> None:
        """Note the decision as the end of its one run, so that it outlives this driver; the run is yet to obey."""
        (replicate,) = self.replicates
        if not replicate.is_over:
            replicate.end = TrialEnd(End.PAUSED, reason, 0, epoch)
            self.save(replicate)

    def prune(self, step: int) -> None:
        """Note the decision, so that it outlives this driver."""
        self.pruned_at = step
        self.optuna.set_user_attr(PRUNED_AT, step)


def _means(values: Sequence[Values]) -> Values:
    columns = zip(*values, strict=True)
    return tuple(math.fsum(column) / len(column) if is_finite(column) else math.nan for column in columns)
