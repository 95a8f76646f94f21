"""Mode collapse: all samples nearly equal, or of very few classes. Source: Goodfellow 2016, arXiv:1701.00160, 5.1.1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from gansearch.detectors._base import Detector, Trace
from gansearch.detectors._columns import last_evaluations, last_steps, moved
from gansearch.dimensions import Float, Int, static
from gansearch.records import Finding


@dataclass(frozen=True, kw_only=True)
class ModeCollapse(Detector):
    """Fires when samples hardly differ over a window of steps, or are of few classes at evaluations in a row.

    Formula: ``median(fake_spread / real_spread) <= spread`` over the last ``spread_steps``; or, at each of the last
    ``evaluations``, ``classes_covered <= classes_share * classes`` or ``class_share_largest >= largest_share``.
    Warm-up: what the formula looks at must lie after ``spread_warmup_steps`` or ``warmup_steps`` and, for evaluations,
    after ``warmup_share`` of the run; and the generator must have moved by ``spread_travel`` or ``warmup_travel`` times
    the norm of its own parameters. Every generator is collapsed at first: on 5,000 digits a healthy run makes one
    class for 600 steps, and one with a twentieth of the rate for twenty times as long, which epochs do not tell.
    The second part needs data with classes.
    Known false positives: unbalanced data; conditional sampling of one class; a classifier unsure of blurry samples.
    """

    name: ClassVar[str] = "mode_collapse"
    kind: ClassVar[str] = "mode_collapse"
    source: ClassVar[str] = (
        "Goodfellow 2016, arXiv:1701.00160; looks alike: every generator at initialisation, unbalanced data, "
        "conditional runs"
    )

    spread: float = static(
        0.03,
        Float(0.005, 0.3, log=True),
        "largest median spread of generated images over a batch, as a share of that of real ones",
        limits=Float(0, 1),
    )
    spread_steps: int = static(
        300, Int(50, 5000, log=True), "steps over which the spread is looked at", unit="steps", limits=Int(1, 10**9)
    )
    spread_warmup_steps: int = static(
        300, Int(0, 10_000), "steps at the start whose spread does not count", unit="steps", limits=Int(0, 10**9)
    )
    spread_travel: float = static(
        0.5,
        Float(0.0, 10.0),
        "how far the generator must have moved before its spread counts",
        unit="norms of its parameters",
        limits=Float(0, 1e9),
    )
    classes_share: float = static(
        0.3, Float(0.1, 0.8), "largest share of the classes that counts as collapse", limits=Float(0, 1)
    )
    largest_share: float = static(
        0.9, Float(0.4, 1.0), "least share of one class among the samples that counts as collapse", limits=Float(0, 1)
    )
    evaluations: int = static(
        3, Int(1, 10), "evaluations in a row that must show few classes", unit="evaluations", limits=Int(1, 10**6)
    )
    warmup_steps: int = static(
        1000, Int(0, 10_000), "steps at the start whose evaluations do not count", unit="steps", limits=Int(0, 10**9)
    )
    warmup_share: float = static(
        0.1, Float(0.0, 0.5), "share of the run at the start whose evaluations do not count", limits=Float(0, 1)
    )
    warmup_travel: float = static(
        5.0,
        Float(0.0, 50.0),
        "how far the generator must have moved before its evaluations count",
        unit="norms of its parameters",
        limits=Float(0, 1e9),
    )

    def check(self, trace: Trace) -> Finding | None:
        """What the last steps show, else the last evaluations."""
        return self._without_spread(trace) or self._of_few_classes(trace)

    def _without_spread(self, trace: Trace) -> Finding | None:
        fake = last_steps(trace, "fake_spread", self.spread_steps)
        real = last_steps(trace, "real_spread", self.spread_steps)
        if fake is None or real is None or (real <= 0).any():
            return None
        is_early = trace.steps < self.spread_warmup_steps + self.spread_steps
        if is_early or not moved(trace, trace.steps, self.spread_travel):
            return None
        ratio = float(np.median(fake / real))
        if ratio > self.spread:
            return None
        return self.found(
            trace,
            signal="fake_spread",
            value=ratio,
            threshold=self.spread,
            since_step=trace.steps - self.spread_steps,
            evidence={"fake_spread": float(np.median(fake)), "real_spread": float(np.median(real))},
            sentence=(
                f"Over the last {self.spread_steps} steps generated images differed by {ratio:.3g} of what real ones do"
                f" (threshold {self.spread:.3g})."
            ),
        )

    def _of_few_classes(self, trace: Trace) -> Finding | None:
        if trace.classes == 0 or not self._is_warm(trace):
            return None
        covered = last_evaluations(trace, "classes_covered", self.evaluations)
        largest = last_evaluations(trace, "class_share_largest", self.evaluations)
        limit = self.classes_share * trace.classes
        if covered is not None and (covered <= limit).all():
            signal, value, threshold = "classes_covered", float(covered.max()), limit
        elif largest is not None and (largest >= self.largest_share).all():
            signal, value, threshold = "class_share_largest", float(largest.min()), self.largest_share
        else:
            return None
        evidence = {} if covered is None else {"classes_covered": float(covered[-1])}
        evidence |= {} if largest is None else {"class_share_largest": float(largest[-1])}
        return self.found(
            trace,
            signal=signal,
            value=value,
            threshold=threshold,
            since_step=int(trace.evaluations["step"][-self.evaluations]) - 1,
            evidence={**evidence, "classes": float(trace.classes)},
            sentence=_sentence(signal, value, threshold, self.evaluations, trace.classes),
        )

    def _is_warm(self, trace: Trace) -> bool:
        """Whether the first of the evaluations in question lies after the warm-up."""
        steps = last_evaluations(trace, "step", self.evaluations)
        if steps is None or steps[0] < max(self.warmup_steps, self.warmup_share * trace.total_steps):
            return False
        return moved(trace, int(steps[0]), self.warmup_travel)


def _sentence(signal: str, value: float, threshold: float, evaluations: int, classes: int) -> str:
    if signal == "classes_covered":
        seen = f"samples were of at most {value:.3g} of {classes} classes (threshold {threshold:.3g})"
    else:
        seen = f"at least {value:.3g} of the samples were of one class (threshold {threshold:.3g})"
    return f"At the last {evaluations} evaluations {seen}."
