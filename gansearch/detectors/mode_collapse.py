"""Mode collapse: all samples nearly equal, or of very few classes. Source: Goodfellow 2016, arXiv:1701.00160, 5.1.1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gansearch.detectors._base import Detector, Trace
from gansearch.detectors._columns import counts_classes, is_warm, last_evaluations, last_steps, median, moved
from gansearch.dimensions import Float, Int, static
from gansearch.records import Finding


@dataclass(frozen=True, kw_only=True)
class ModeCollapse(Detector):
    """Fires when samples hardly differ over a window of steps, or are of few classes or alike at evaluations in a row.

    Kind: mode_collapse, the total one. Signals: spreads of samples and scores; at evaluations classes, sample_spread
    and effective_rank. Formula, any of:

    1. ``median(fake_spread / real_spread) <= spread`` over the last ``spread_steps``;
    2. ``classes_covered <= classes_share * classes``, for at most 50 classes, or ``class_share_largest >=
       largest_share``, at each of the last ``evaluations``;
    3. where there are no classes to count: ``sample_spread <= feature_spread`` or ``effective_rank <= rank`` at each of
       them;
    4. there too: ``median(fake_score_spread / real_score_spread) <= score_spread`` and ``median(fake_spread /
       real_spread) <= alike_spread`` over the last ``spread_steps``: alike to the discriminator and in their numbers.

    Features of 1,000 digits: of one image with noise they spread by .03 to .1 of what all do, of one class by .52 and
    more; two or three images have .05 to .09 of the rank, ten .3, one class .42 and more.
    Warm-up: what the formula looks at must lie after ``spread_warmup_steps`` or ``warmup_steps`` and, for evaluations,
    after ``warmup_share`` of the run; and the generator must have moved by ``spread_travel`` or ``warmup_travel`` times
    the norm of its own parameters. Every generator is collapsed at first: on 5,000 digits a healthy run makes one
    class for 600 steps, and one with a twentieth of the rate for twenty times as long, which epochs do not tell. From
    ``warmup_late`` of the run on the way does not matter: what makes one class by then has no time left to learn.
    Known false positives: unbalanced data; conditional sampling of one class alone; a classifier unsure of blurry
    samples. Conditional runs are sampled over all classes and do not fire; one sample for each class is not seen.
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
    score_spread: float = static(
        0.1,
        Float(0.005, 0.3, log=True),
        "largest median spread of the scores of generated images, as a share of that of real ones",
        limits=Float(0, 1),
    )
    alike_spread: float = static(
        0.3,
        Float(0.05, 0.6, log=True),
        "largest median spread of generated images, as a share of that of real ones, whose scores may speak",
        limits=Float(0, 1),
    )
    feature_spread: float = static(
        0.1, Float(0.01, 0.3, log=True), "largest sample_spread that counts as collapse", limits=Float(0, 1)
    )
    rank: float = static(
        0.1, Float(0.01, 0.3, log=True), "largest effective_rank that counts as collapse", limits=Float(0, 1)
    )
    classes_share: float = static(
        0.3, Float(0.1, 0.8), "largest share of the classes that counts as collapse", limits=Float(0, 1)
    )
    largest_share: float = static(
        0.9, Float(0.4, 1.0), "least share of one class among the samples that counts as collapse", limits=Float(0, 1)
    )
    evaluations: int = static(
        4, Int(1, 10), "evaluations in a row that must show few classes", unit="evaluations", limits=Int(1, 10**6)
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
    warmup_late: float = static(
        0.5,
        Float(0.2, 1.0),
        "share of the run from which evaluations count however little the generator has moved",
        limits=Float(0, 1),
    )

    def check(self, trace: Trace) -> Finding | None:
        """What the last steps show, else the last evaluations."""
        if counts_classes(trace):
            return self._without_spread(trace) or self._of_few_classes(trace)
        return (
            self._without_spread(trace)
            or self._of_few_classes(trace)
            or self._of_alike_samples(trace)
            or self._of_alike_scores(trace)
        )

    def _without_spread(self, trace: Trace) -> Finding | None:
        found = self._ratio(trace, "fake_spread", "real_spread", self.spread)
        if found is None:
            return None
        ratio, evidence = found
        return self.found(
            trace,
            signal="fake_spread",
            value=ratio,
            threshold=self.spread,
            since_step=trace.steps - self.spread_steps,
            evidence=evidence,
            sentence=(
                f"Over the last {self.spread_steps} steps generated images differed by {ratio:.3g} of what real ones do"
                f" (threshold {self.spread:.3g})."
            ),
        )

    def _of_alike_scores(self, trace: Trace) -> Finding | None:
        scores = self._ratio(trace, "fake_score_spread", "real_score_spread", self.score_spread)
        images = None if scores is None else self._ratio(trace, "fake_spread", "real_spread", self.alike_spread)
        if scores is None or images is None:
            return None
        return self.found(
            trace,
            signal="fake_score_spread",
            value=scores[0],
            threshold=self.score_spread,
            since_step=trace.steps - self.spread_steps,
            evidence={**scores[1], **images[1]},
            sentence=(
                f"Over the last {self.spread_steps} steps scores of generated images differed by {scores[0]:.3g} of"
                f" what those of real ones do (threshold {self.score_spread:.3g}), and the images by {images[0]:.3g}."
            ),
        )

    def _ratio(self, trace: Trace, fake: str, real: str, most: float) -> tuple[float, dict[str, float]] | None:
        """Median of ``fake / real`` over the last steps and the medians of both, where it is at most ``most``."""
        if trace.steps < self.spread_warmup_steps + self.spread_steps:
            return None
        of_fake, of_real = (last_steps(trace, name, self.spread_steps) for name in (fake, real))
        if of_fake is None or of_real is None or len(of_fake) != len(of_real) or (of_real <= 0).any():
            return None
        ratio = median(of_fake / of_real)
        if ratio > most or not moved(trace, trace.steps, self.spread_travel):
            return None
        return ratio, {fake: median(of_fake), real: median(of_real)}

    def _of_few_classes(self, trace: Trace) -> Finding | None:
        if trace.classes == 0:
            return None
        covered = last_evaluations(trace, "classes_covered", self.evaluations)
        largest = last_evaluations(trace, "class_share_largest", self.evaluations)
        limit = self.classes_share * trace.classes
        if counts_classes(trace) and covered is not None and (covered <= limit).all():
            signal, value, threshold = "classes_covered", float(covered.max()), limit
        elif largest is not None and (largest >= self.largest_share).all():
            signal, value, threshold = "class_share_largest", float(largest.min()), self.largest_share
        else:
            return None
        evidence = {} if covered is None else {"classes_covered": float(covered[-1])}
        evidence |= {} if largest is None else {"class_share_largest": float(largest[-1])}
        evidence["classes"] = float(trace.classes)
        return self._at_evaluations(trace, signal, value, threshold, evidence)

    def _of_alike_samples(self, trace: Trace) -> Finding | None:
        spread = last_evaluations(trace, "sample_spread", self.evaluations)
        rank = last_evaluations(trace, "effective_rank", self.evaluations)
        if spread is not None and (spread <= self.feature_spread).all():
            signal, value, threshold = "sample_spread", float(spread.max()), self.feature_spread
        elif rank is not None and (rank <= self.rank).all():
            signal, value, threshold = "effective_rank", float(rank.max()), self.rank
        else:
            return None
        evidence = {} if spread is None else {"sample_spread": float(spread[-1])}
        evidence |= {} if rank is None else {"effective_rank": float(rank[-1])}
        return self._at_evaluations(trace, signal, value, threshold, evidence)

    def _at_evaluations(
        self, trace: Trace, signal: str, value: float, threshold: float, evidence: dict[str, float]
    ) -> Finding | None:
        """What the last evaluations show, where the first of them lies after the warm-up."""
        steps = last_evaluations(trace, "step", self.evaluations)
        if steps is None:
            return None
        first = int(steps[0])
        if not is_warm(
            trace,
            first,
            steps=self.warmup_steps,
            share=self.warmup_share,
            travel=self.warmup_travel,
            late=self.warmup_late,
        ):
            return None
        seen = _seen(signal, value, trace.classes)
        return self.found(
            trace,
            signal=signal,
            value=value,
            threshold=threshold,
            since_step=first - 1,
            evidence=evidence,
            sentence=f"At the last {self.evaluations} evaluations {seen} (threshold {threshold:.3g}).",
        )


def _seen(signal: str, value: float, classes: int) -> str:
    if signal == "classes_covered":
        return f"samples were of at most {value:.3g} of {classes} classes"
    if signal == "class_share_largest":
        return f"at least {value:.3g} of the samples were of one class"
    if signal == "sample_spread":
        return f"features of samples spread by at most {value:.3g} of what those of real ones do"
    return f"features of samples had at most {value:.3g} of the real ones' rank"
