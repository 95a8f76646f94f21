"""Partial mode collapse: some classes are missing, or one prevails. Source: Arora et al. 2018, arXiv:1706.08224."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from gansearch.detectors._base import Detector, Mode, Trace
from gansearch.detectors._columns import counts_classes, is_warm, last_evaluations
from gansearch.dimensions import Float, Int, static
from gansearch.records import Finding

Seen = tuple[str, float, float, dict[str, float]]
"""Signal, value, threshold and evidence."""


@dataclass(frozen=True, kw_only=True)
class PartialCollapse(Detector):
    """Fires when classes are missing, or one prevails, at evaluations in a row, and yet it is no total collapse.

    Kind: partial_collapse. Signals: metrics of the reference view at the last ``evaluations``. Formula, with classes to
    count: ``classes_covered <= classes_share * classes`` at each, or ``class_share_largest >= largest_ratio / classes``
    at each; but not ``classes_covered <= total_share * classes`` at each, nor ``class_share_largest >= total_largest``.
    That is 4 to 8 of 10 classes, 3 to 7 of 8 modes, 8 to 22 of 25, and shares of .4, .5 and .16. Without them:
    ``effective_rank <= rank`` or ``sample_spread <= spread`` at each, with ``coverage <= coverage`` at each; but
    neither of the two at most ``total_alike`` at each.
    Warm-up: the first of them lies after ``warmup_steps`` and ``warmup_share`` of the run, and the generator has moved
    by ``warmup_travel`` norms of its parameters: classes come one after the other. A run that has covered more classes
    than the limit before has lost them, and need not have moved so far; nor need one after ``warmup_late`` of the run.
    Known false positives: late bloomers that go on to gain classes; unbalanced data; a classifier unsure of blurry
    samples; conditional sampling of some classes. So it stops nothing by default.
    """

    name: ClassVar[str] = "partial_collapse"
    kind: ClassVar[str] = "partial_collapse"
    source: ClassVar[str] = (
        "Arora et al. 2018, arXiv:1706.08224 (few modes though samples are good); looks alike: late bloomers, "
        "unbalanced data, blurry samples"
    )
    default_mode: ClassVar[Mode] = "shadow"

    classes_share: float = static(
        0.88, Float(0.5, 0.95), "largest share of the classes that counts as a part", limits=Float(0, 1)
    )
    total_share: float = static(
        0.3, Float(0.1, 0.5), "largest share of the classes that is a total collapse", limits=Float(0, 1)
    )
    largest_ratio: float = static(
        4.0,
        Float(2.0, 8.0),
        "least share of one class that counts, in even shares of a class",
        unit="even shares",
        limits=Float(1, 1e6),
    )
    total_largest: float = static(
        0.9, Float(0.5, 1.0), "least share of one class that is a total collapse", limits=Float(0, 1)
    )
    rank: float = static(0.4, Float(0.1, 0.7), "largest effective_rank, where there are no classes", limits=Float(0, 2))
    spread: float = static(
        0.5, Float(0.1, 0.8), "largest sample_spread, where there are no classes", limits=Float(0, 2)
    )
    coverage: float = static(
        0.1,
        Float(0.01, 0.5, log=True),
        "largest coverage with which rank and spread count",
        limits=Float(0, 1),
    )
    total_alike: float = static(
        0.1, Float(0.01, 0.3, log=True), "largest rank or spread that is a total collapse", limits=Float(0, 2)
    )
    evaluations: int = static(
        5, Int(2, 20), "evaluations in a row that must show it", unit="evaluations", limits=Int(1, 10**6)
    )
    warmup_steps: int = static(
        2000, Int(0, 20_000), "steps at the start whose evaluations do not count", unit="steps", limits=Int(0, 10**9)
    )
    warmup_share: float = static(
        0.25, Float(0.0, 0.5), "share of the run at the start whose evaluations do not count", limits=Float(0, 1)
    )
    warmup_travel: float = static(
        5.0,
        Float(0.0, 50.0),
        "how far the generator must have moved",
        unit="norms of its parameters",
        limits=Float(0, 1e9),
    )
    warmup_late: float = static(
        0.5,
        Float(0.2, 1.0),
        "share of the run from which evaluations count however little the generator has moved",
        limits=Float(0, 1),
    )

    def check(self, trace: Trace) -> Finding | None:
        """What the last evaluations show."""
        counts = counts_classes(trace)
        seen = self._of_some_classes(trace) if counts else self._of_some_directions(trace)
        steps = last_evaluations(trace, "step", self.evaluations)
        if seen is None or steps is None or not self._is_warm(trace, int(steps[0])):
            return None
        signal, value, threshold, evidence = seen
        return self.found(
            trace,
            signal=signal,
            value=value,
            threshold=threshold,
            since_step=int(steps[0]) - 1,
            evidence={**evidence, "classes": float(trace.classes)} if counts else evidence,
            sentence=f"At the last {self.evaluations} evaluations {_words(signal, value, trace.classes)}"
            f" (threshold {threshold:.3g}).",
        )

    def _of_some_classes(self, trace: Trace) -> Seen | None:
        covered = last_evaluations(trace, "classes_covered", self.evaluations)
        largest = last_evaluations(trace, "class_share_largest", self.evaluations)
        if covered is not None and covered.max() <= self.total_share * trace.classes:
            return None
        if largest is not None and largest.min() >= self.total_largest:
            return None
        evidence = {} if covered is None else {"classes_covered": float(covered[-1])}
        evidence |= {} if largest is None else {"class_share_largest": float(largest[-1])}
        limit, prevails = self.classes_share * trace.classes, self.largest_ratio / trace.classes
        if covered is not None and covered.max() <= limit:
            return "classes_covered", float(covered.max()), limit, evidence
        if largest is not None and largest.min() >= prevails:
            return "class_share_largest", float(largest.min()), prevails, evidence
        return None

    def _of_some_directions(self, trace: Trace) -> Seen | None:
        names = ("effective_rank", "sample_spread", "coverage")
        rank, spread, coverage = (last_evaluations(trace, name, self.evaluations) for name in names)
        if rank is None or spread is None or coverage is None or coverage.max() > self.coverage:
            return None
        if min(rank.max(), spread.max()) <= self.total_alike:
            return None
        evidence = {name: float(each[-1]) for name, each in zip(names, (rank, spread, coverage), strict=True)}
        if rank.max() <= self.rank:
            return "effective_rank", float(rank.max()), self.rank, evidence
        if spread.max() <= self.spread:
            return "sample_spread", float(spread.max()), self.spread, evidence
        return None

    def _is_warm(self, trace: Trace, first: int) -> bool:
        """Whether the evaluations from step ``first`` on lie after the warm-up."""
        travel = 0.0 if self._has_lost(trace) else self.warmup_travel
        return is_warm(
            trace, first, steps=self.warmup_steps, share=self.warmup_share, travel=travel, late=self.warmup_late
        )

    def _has_lost(self, trace: Trace) -> bool:
        """Whether more classes than the limit were covered at an earlier evaluation."""
        covered = trace.evaluations.get("classes_covered")
        if covered is None or not counts_classes(trace):
            return False
        return bool(np.any(covered[: -self.evaluations] > self.classes_share * trace.classes))


def _words(signal: str, value: float, classes: int) -> str:
    if signal == "classes_covered":
        return f"samples were of at most {value:.3g} of {classes} classes"
    if signal == "class_share_largest":
        return f"at least {value:.3g} of the samples were of one of {classes} classes"
    if signal == "effective_rank":
        return f"features of samples had at most {value:.3g} of the real ones' rank"
    return f"features of samples spread by at most {value:.3g} of what those of real ones do"
