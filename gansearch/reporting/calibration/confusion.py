"""Confusion of what fired with what became of the runs: per detector, and for the policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gansearch.detectors import Detector, Policy
from gansearch.detectors.policy import DIVERGED
from gansearch.records import Finding
from gansearch.reporting.calibration.counts import Count
from gansearch.reporting.calibration.judgement import Judgement, judge, spent
from gansearch.reporting.calibration.outcomes import FAILED, Outcome
from gansearch.reporting.calibration.truths import Truths
from gansearch.reporting.calibration.walks import Walks, alone

MEANT: Final[Mapping[str, frozenset[Outcome]]] = {
    DIVERGED: frozenset({Outcome.DIVERGED}),
    "mode_collapse": frozenset({Outcome.TOTAL}),
    "partial_collapse": frozenset({Outcome.TOTAL, Outcome.PARTIAL}),
}
"""The outcomes that a kind of finding foretells; of every other kind: that the run fails, in whatever way."""
POLICY: Final = "policy"


@dataclass(frozen=True)
class Confusion:
    """How often something fired before the end, by what became of the run."""

    name: str
    """Of a detector, or ``policy``."""
    kind: str
    fired: Mapping[Outcome, Count]
    """Runs in which it fired, among those of each outcome."""
    judgement: Judgement

    @property
    def meant(self) -> frozenset[Outcome]:
        """The outcomes that it foretells."""
        return MEANT.get(self.kind, FAILED)

    @property
    def precision(self) -> Count:
        """Runs of the outcomes that it foretells, among those in which it fired."""
        every = sum(count.count for count in self.fired.values())
        return Count(sum(self.fired[each].count for each in self.meant), every)

    @property
    def recall(self) -> Count:
        """Runs in which it fired, among those of the outcomes that it foretells."""
        return Count(sum(self.fired[each].count for each in self.meant), sum(self.fired[each].n for each in self.meant))


def confusions(truths: Truths, policy: Policy, walks: Walks) -> list[Confusion]:
    """The policy first, then each detector alone, under the policy's grace and patience, as if it enforced."""
    walks.prepare(truths.runs, policy.detectors)
    found = [confusion(truths, walks.stops(truths.runs, policy), POLICY, POLICY)]
    return found + [of_detector(truths, policy, each, walks) for each in policy.detectors]


def of_detector(truths: Truths, policy: Policy, detector: Detector, walks: Walks) -> Confusion:
    """That of one detector, which enforces alone."""
    return confusion(truths, walks.stops(truths.runs, alone(policy, detector)), detector.name, detector.kind)


def confusion(truths: Truths, stops: Sequence[Finding | None], name: str, kind: str) -> Confusion:
    """Count what fired.

    Args:
        truths: the runs.
        stops: for each, what it was stopped for, or None.
        name: of what fired.
        kind: of failure that it foretells.
    """
    fired = [is_before_the_end(stop, run.total_steps) for stop, run in zip(stops, truths.runs, strict=True)]
    by_outcome = {}
    for outcome in Outcome:
        own = [each for each, end in zip(fired, truths.outcomes, strict=True) if end is outcome]
        by_outcome[outcome] = Count(sum(own), len(own))
    return Confusion(name, kind, by_outcome, judge(truths, spent(truths, stops)))


def is_before_the_end(stop: Finding | None, total_steps: int) -> bool:
    """Whether a run was stopped before the end that was planned; a non-finite number is told at any time."""
    return stop is not None and (stop.step < total_steps or stop.kind == DIVERGED)
