"""Stagnation: far from the data, and no nearer for long. Source: Prechelt 1998, Early stopping - but when?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from gansearch.detectors._base import Detector, Trace
from gansearch.detectors._columns import all_evaluations, counts_classes, last_evaluations, way
from gansearch.dimensions import Float, Int, static
from gansearch.records import Finding


@dataclass(frozen=True, kw_only=True)
class Stagnation(Detector):
    """Fires when the smoothed Frechet distance stays as it was, at a generator that is still poor.

    Kind: stagnation. Signals: ``frechet_distance``, ``classes_covered``, ``coverage``, ``g_update_ratio``.
    Formula: with ``s`` the mean over the last 3 evaluations, ``min s`` over the last patience is at least
    ``(1 - gain) min s`` before it, and poor: at most ``classes_share`` of the classes covered, of at most 50, or a
    coverage of at most ``coverage``; with neither measured, a distance of at least ``distance_share`` of the first one.
    Warm-up: the patience must span ``patience_evaluations``, ``patience_steps`` and a way of the generator of
    ``patience_travel`` norms of its own parameters, and begin after 3 evaluations.
    Known false positives: plateaus from which a run recovers; slow starters (dropout of .6, rates of 1e-5), against
    which the way is asked for. A converged run does not fire: it covers its classes.
    """

    name: ClassVar[str] = "stagnation"
    kind: ClassVar[str] = "stagnation"
    source: ClassVar[str] = "Prechelt 1998, Early stopping - but when?; looks alike: slow starters, converged good runs"

    SMOOTHING: ClassVar[int] = 3
    """Evaluations in the mean."""

    patience_evaluations: int = static(
        8, Int(3, 50, log=True), "evaluations without a gain", unit="evaluations", limits=Int(1, 10**6)
    )
    patience_steps: int = static(
        3000, Int(200, 50_000, log=True), "steps without a gain", unit="steps", limits=Int(0, 10**9)
    )
    patience_travel: float = static(
        10.0,
        Float(1.0, 100.0, log=True),
        "way of the generator without a gain",
        unit="norms of its parameters",
        limits=Float(0, 1e9),
    )
    gain: float = static(
        0.02, Float(0.001, 0.2, log=True), "least share of the distance that counts as a gain", limits=Float(0, 1)
    )
    classes_share: float = static(
        0.5, Float(0.1, 0.9), "largest share of the classes covered that counts as poor", limits=Float(0, 1)
    )
    coverage: float = static(
        0.02, Float(0.001, 0.3, log=True), "largest coverage that counts as poor", limits=Float(0, 1)
    )
    distance_share: float = static(
        0.5, Float(0.1, 1.0), "least share of the first distance that counts as poor", limits=Float(0, 10)
    )

    def check(self, trace: Trace) -> Finding | None:
        """Whether the last evaluations brought nothing."""
        distances = all_evaluations(trace, "frechet_distance")
        poor = None if distances is None else self._poor(trace, distances)
        since = None if poor is None else self._begin(trace)
        if distances is None or poor is None or since is None:
            return None
        smoothed = np.convolve(distances, np.full(self.SMOOTHING, 1 / self.SMOOTHING), mode="valid")
        # smoothed[i] ends at evaluation i + SMOOTHING - 1
        before, after = smoothed[: since - self.SMOOTHING + 1], smoothed[since - self.SMOOTHING + 1 :]
        best_before, best_after = float(before.min()), float(after.min())
        if best_after < (1 - self.gain) * best_before:
            return None
        evaluations = len(distances) - since
        shown = ", ".join(f"{name} {value:.3g}" for name, value in poor.items())
        return self.found(
            trace,
            signal="frechet_distance",
            value=best_after,
            threshold=(1 - self.gain) * best_before,
            since_step=int(trace.evaluations["step"][since - 1]),
            evidence={"best_before": best_before, "evaluations": float(evaluations), **poor},
            sentence=(
                f"The Frechet distance (mean of {self.SMOOTHING}) was {best_after:.3g} at best over the last"
                f" {evaluations} evaluations, after {best_before:.3g} before them, and the samples are still poor"
                f" ({shown})."
            ),
        )

    def _begin(self, trace: Trace) -> int | None:
        """Index of the first evaluation within the patience; None before the warm-up is over."""
        steps = all_evaluations(trace, "step")
        if steps is None:
            return None
        far = np.searchsorted(steps, steps[-1] - self.patience_steps, side="right")
        index = min(len(steps) - self.patience_evaluations, int(far), self._far_enough(trace, steps))
        return index if index >= self.SMOOTHING else None

    def _far_enough(self, trace: Trace, steps: NDArray[np.float64]) -> int:
        """From how many evaluations, the first ones, the generator has moved by the patience's way since."""
        if "g_update_ratio" not in trace.signals or len(trace.window_ends) == 0:
            return len(steps)
        windows = np.searchsorted(trace.window_ends, steps, side="right")
        there = np.where(windows > 0, way(trace)[windows - 1], 0)
        return int(np.count_nonzero(there[-1] - there >= self.patience_travel))

    def _poor(self, trace: Trace, distances: NDArray[np.float64]) -> dict[str, float] | None:
        """The numbers that show that the samples are poor, or None where they are not."""
        covered = last_evaluations(trace, "classes_covered", 1)
        coverage = last_evaluations(trace, "coverage", 1)
        if covered is None and coverage is None:
            far = distances[-1] >= self.distance_share * distances[0]
            return {"last_distance": float(distances[-1]), "first_distance": float(distances[0])} if far else None
        if covered is not None and counts_classes(trace) and covered[0] <= self.classes_share * trace.classes:
            return {"classes_covered": float(covered[0])}
        if coverage is not None and coverage[0] <= self.coverage:
            return {"coverage": float(coverage[0])}
        return None
