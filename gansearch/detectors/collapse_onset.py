"""Collapse sets in, by the gradients of both networks. Source: Gao and Li 2025, From Fitting to Collapse, TMLR."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from gansearch.detectors._base import Detector, Mode, Trace
from gansearch.detectors._columns import all_evaluations, way
from gansearch.dimensions import Float, Int, static
from gansearch.records import Finding


@dataclass(frozen=True, kw_only=True)
class CollapseOnset(Detector):
    """Fires when the generator flattens while the discriminator pulls harder at its samples.

    Kind: collapse_onset. It is no mode_collapse: it says that one begins, when samples may still be of all classes, so
    that its rates and its mode are its own. Signals: ``steepness``, ``a``, and ``score_slope``, ``s``, as means over 3
    evaluations. Formula, at each of the last ``evaluations``: ``a <= steepness_share * max a`` and
    ``s >= slope_ratio * min s``, the extremes over what came before since the warm-up.
    This is our reading, not the paper's criterion: that joins both gradients into one metric, whose formula we have not
    seen; the two conditions and the thresholds are ours. While a generator fits it grows steeper between modes;
    as modes are lost, it flattens. The slope alone tells nothing, nor does its product with the steepness: in four runs
    on the ring it rose 10 and 19 times where all 8 modes were kept, and the generator grew steeper, and 15 and 48 times
    where modes were lost, and its steepness fell to .6 of its best. The thresholds were set on these four.
    Warm-up: evaluations before ``warmup_steps``, or before the generator has moved by ``warmup_travel`` norms of its
    parameters, count neither as best nor as least: a generator is steep by its initialisation.
    Known false positives: falling learning rates, averaging that begins late, and penalties that begin late, all of
    which smooth a generator; runs that lose some steepness and no mode. So it stops nothing by default.
    """

    name: ClassVar[str] = "collapse_onset"
    kind: ClassVar[str] = "collapse_onset"
    source: ClassVar[str] = (
        "after Gao and Li 2025, Evolution of discriminator and generator gradients in GAN training: from fitting to "
        "collapse, TMLR, with thresholds of our own; looks alike: steepness of an initialisation, late smoothing"
    )
    default_mode: ClassVar[Mode] = "shadow"

    SMOOTHING: ClassVar[int] = 3
    """Evaluations in the mean."""

    steepness_share: float = static(
        0.8, Float(0.2, 0.95), "largest steepness, as a share of its best", limits=Float(0, 1)
    )
    slope_ratio: float = static(
        2.0,
        Float(1.2, 10.0, log=True),
        "least slope of the score, in multiples of its least",
        unit="least slopes",
        limits=Float(1, 1e9),
    )
    evaluations: int = static(
        3, Int(1, 10), "evaluations in a row that must show both", unit="evaluations", limits=Int(1, 10**6)
    )
    warmup_steps: int = static(
        1000, Int(0, 10_000), "steps at the start whose evaluations do not count", unit="steps", limits=Int(0, 10**9)
    )
    warmup_travel: float = static(
        0.5,
        Float(0.0, 20.0),
        "how far the generator must have moved before evaluations count",
        unit="norms of its parameters",
        limits=Float(0, 1e9),
    )

    def check(self, trace: Trace) -> Finding | None:
        """What both gradients show over the last evaluations."""
        both = self._since_the_warm_up(trace)
        if both is None:
            return None
        steepness, slope = (np.convolve(each, np.full(self.SMOOTHING, 1 / self.SMOOTHING), "valid") for each in both)
        best, least = np.maximum.accumulate(steepness), np.minimum.accumulate(slope)
        last = slice(-self.evaluations, None)
        flat = steepness[last] <= self.steepness_share * best[last]
        pulled = slope[last] >= self.slope_ratio * least[last]
        if best[-1] <= 0 or least[-1] <= 0 or not (flat & pulled).all():
            return None
        share, ratio = float((steepness[last] / best[last]).max()), float((slope[last] / least[last]).min())
        return self.found(
            trace,
            signal="steepness",
            value=share,
            threshold=self.steepness_share,
            since_step=int(trace.evaluations["step"][-self.evaluations]) - 1,
            evidence={
                "steepness": float(steepness[-1]),
                "best_steepness": float(best[-1]),
                "score_slope": float(slope[-1]),
                "least_score_slope": float(least[-1]),
            },
            sentence=(
                f"At the last {self.evaluations} evaluations the generator's steepness was at most {share:.3g} of its"
                f" best (threshold {self.steepness_share:.3g}), while the discriminator's slope at samples was at least"
                f" {ratio:.3g} times its least (threshold {self.slope_ratio:.3g})."
            ),
        )

    def _since_the_warm_up(self, trace: Trace) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """Steepness and slope; None where too few came after it, or where the generator is steep still."""
        steepness, slope = (all_evaluations(trace, name) for name in ("steepness", "score_slope"))
        if steepness is None or slope is None:
            return None
        # Of most runs this is all that is looked at.
        if steepness[-self.SMOOTHING :].sum() > self.SMOOTHING * self.steepness_share * steepness.max():
            return None
        start = int(np.searchsorted(trace.evaluations["step"], self._warm_from(trace)))
        if len(steepness) - start < self.SMOOTHING + self.evaluations:
            return None
        return steepness[start:], slope[start:]

    def _warm_from(self, trace: Trace) -> float:
        """The step from which evaluations count; infinite where the generator has not moved far enough yet."""
        if "g_update_ratio" not in trace.signals:
            return self.warmup_steps
        window = int(np.searchsorted(way(trace), self.warmup_travel))
        return max(self.warmup_steps, int(trace.window_ends[window])) if window < len(trace.window_ends) else np.inf
