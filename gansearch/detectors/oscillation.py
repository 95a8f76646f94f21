"""Oscillation: the players chase each other in circles. Source: Mescheder et al. 2018, arXiv:1801.04406, section 2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from gansearch.detectors._base import Detector, Trace
from gansearch.detectors._columns import all_evaluations, is_warm, last_evaluations, last_steps
from gansearch.dimensions import Float, Int, static
from gansearch.records import Finding

Numbers = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Oscillation(Detector):
    """Fires when samples at the same latents go on changing their class to no gain, or the loss swings periodically.

    Kind: oscillation. Signals: ``class_churn``, ``frechet_distance``; ``d_loss``. Formula, either of:

    1. ``class_churn >= churn`` at each of the last ``evaluations``, and with ``s`` the mean of the distance over 3
       evaluations ``min s`` over them is at least ``(1 - gain) min s`` before them;
    2. the autocorrelation of ``d_loss`` over the last ``loss_steps``, its line taken off, falls to ``-dip`` and after
       it rises to ``correlation``, at a lag of at most a third of them; and the standard deviation of d_loss is at
       least ``swing`` times its mean magnitude. The lag is the period.

    On the ring, churn was .9 while classes came and went, .2 to .3 with all modes there, .05 at the end.
    Warm-up: ``warmup_steps``, and a way of the generator of ``warmup_travel`` norms of its parameters, before the first
    of the evaluations or of the last ``loss_steps``.
    Known false positives: cyclic learning rates (told by update ratios that swing by ``rate_swing`` with the same
    period), flip phases (steps with hidden losses give no period), tricks that hold a player back by turns, as a loss
    gate; a classifier unsure of what it sees. Several discriminator steps per generator step and experience replay
    change losses from step to step, which windows average out. A total collapse that hops from class to class fires
    too: it is both.
    """

    name: ClassVar[str] = "oscillation"
    kind: ClassVar[str] = "oscillation"
    source: ClassVar[str] = (
        "Mescheder et al. 2018, arXiv:1801.04406, section 2; looks alike: several D steps per G step, experience "
        "replay, cyclic rates"
    )
    SMOOTHING: ClassVar[int] = 3
    """Evaluations in the mean."""

    churn: float = static(0.5, Float(0.2, 0.9), "least class_churn that counts", limits=Float(0, 1))
    evaluations: int = static(
        10, Int(3, 50, log=True), "evaluations in a row with such churn", unit="evaluations", limits=Int(1, 10**6)
    )
    gain: float = static(
        0.02, Float(0.001, 0.2, log=True), "least share of the distance that counts as a gain", limits=Float(0, 1)
    )
    loss_steps: int = static(
        2500,
        Int(1000, 20_000, log=True),
        "steps whose d_loss is looked at",
        unit="steps",
        limits=Int(1, 10**9),
    )
    correlation: float = static(
        0.5, Float(0.3, 0.9), "least autocorrelation of d_loss one period later", limits=Float(0, 1)
    )
    dip: float = static(
        0.2, Float(0.0, 0.6), "how far the autocorrelation must fall below 0 before it", limits=Float(0, 1)
    )
    swing: float = static(
        0.1,
        Float(0.01, 1.0, log=True),
        "least standard deviation of d_loss, as a share of its mean magnitude",
        limits=Float(0, 1e9),
    )
    rate_swing: float = static(
        0.3,
        Float(0.05, 1.0, log=True),
        "least standard deviation of an update ratio, as a share of its mean, that speaks of cyclic rates",
        limits=Float(0, 1e9),
    )
    warmup_steps: int = static(
        2000, Int(0, 20_000), "steps at the start that do not count", unit="steps", limits=Int(0, 10**9)
    )
    warmup_travel: float = static(
        5.0,
        Float(0.0, 50.0),
        "how far the generator must have moved",
        unit="norms of its parameters",
        limits=Float(0, 1e9),
    )

    def check(self, trace: Trace) -> Finding | None:
        """What the last evaluations show, else the losses of the last steps."""
        return self._churns(trace) or self._swings(trace)

    def _churns(self, trace: Trace) -> Finding | None:
        churn = last_evaluations(trace, "class_churn", self.evaluations)
        if churn is None or (churn < self.churn).any():
            return None
        first = int(trace.evaluations["step"][-self.evaluations])
        gain = self._gain(trace)
        if gain is None or not self._is_warm(trace, first):
            return None
        least = float(churn.min())
        return self.found(
            trace,
            signal="class_churn",
            value=least,
            threshold=self.churn,
            since_step=first - 1,
            evidence={"last_churn": float(churn[-1]), "best_before": gain[0], "best_since": gain[1]},
            sentence=(
                f"At each of the last {self.evaluations} evaluations at least {least:.3g} of the same latents gave"
                f" another class than before (threshold {self.churn:.3g}), and the Frechet distance gained nothing:"
                f" {gain[1]:.4g} at best after {gain[0]:.4g}."
            ),
        )

    def _gain(self, trace: Trace) -> tuple[float, float] | None:
        """The best smoothed distance before the last evaluations and over them, where it is no gain."""
        distances = all_evaluations(trace, "frechet_distance")
        since = 0 if distances is None else len(distances) - self.evaluations
        if distances is None or since < self.SMOOTHING:
            return None
        smoothed = np.convolve(distances, np.full(self.SMOOTHING, 1 / self.SMOOTHING), mode="valid")
        split = since - self.SMOOTHING + 1
        before, after = float(smoothed[:split].min()), float(smoothed[split:].min())
        return (before, after) if after >= (1 - self.gain) * before else None

    def _swings(self, trace: Trace) -> Finding | None:
        losses = self._whole(trace, "d_loss")
        swing = 0.0 if losses is None else relative_swing(losses)
        if losses is None or swing < self.swing:
            return None
        found = self._period(losses)
        if found is None or found[1] < self.correlation or self._rates_swing(trace, found[0]):
            return None
        if not self._is_warm(trace, trace.steps - self.loss_steps):
            return None
        lag, height = found
        period = lag * self.loss_steps / len(losses)
        return self.found(
            trace,
            signal="d_loss",
            value=height,
            threshold=self.correlation,
            since_step=trace.steps - self.loss_steps,
            evidence={"lag_steps": period, "relative_swing": swing},
            sentence=(
                f"Over the last {self.loss_steps} steps d_loss swung with a period of about {period:.0f} steps"
                f" (autocorrelation {height:.3g}, threshold {self.correlation:.3g})."
            ),
        )

    def _whole(self, trace: Trace, name: str) -> Numbers | None:
        """A signal over the last steps, where none of its windows is hidden: gaps would shift what comes after."""
        values = last_steps(trace, name, self.loss_steps)
        windows = len(trace.window_ends) - np.searchsorted(trace.window_ends, trace.steps - self.loss_steps, "right")
        return values if values is not None and len(values) == windows else None

    def _period(self, values: Numbers) -> tuple[int, float] | None:
        """The lag in windows, and the autocorrelation there, of the highest peak after the first dip."""
        correlations = autocorrelation(values, len(values) // 3)
        low = correlations <= -self.dip
        if len(values) == 0 or not low.any():
            return None
        first = int(low.argmax())
        lag = first + int(correlations[first:].argmax())
        return lag, float(correlations[lag])

    def _rates_swing(self, trace: Trace, lag: int) -> bool:
        """Whether the size of either player's updates swings with the same period."""
        for name in ("d_update_ratio", "g_update_ratio"):
            ratios = self._whole(trace, name)
            if ratios is None or relative_swing(ratios) < self.rate_swing:
                continue
            if autocorrelation(ratios, lag)[lag] >= self.correlation:
                return True
        return False

    def _is_warm(self, trace: Trace, first: int) -> bool:
        return is_warm(trace, first, steps=self.warmup_steps, travel=self.warmup_travel)


def relative_swing(values: Numbers) -> float:
    """Standard deviation over mean magnitude; 0 of zeros. ``values.std()`` takes several times as long."""
    magnitude = float(np.abs(values).sum())
    centred = values - values.sum() / max(1, len(values))
    return (float(centred @ centred) * len(values)) ** 0.5 / magnitude if magnitude > 0 else 0.0


def autocorrelation(values: Numbers, longest: int) -> Numbers:
    """Autocorrelations at lags 0 to ``longest``, less than the length, of what remains when a line is taken off.

    Sums over the overlap, over the whole sum of squares, so that long lags count less; zeros where all lie on the line.
    """
    time = np.arange(len(values)) - (len(values) - 1) / 2
    rest = values - values.sum() / max(1, len(values))
    rest = rest - time * (time @ rest / max(1.0, float(time @ time)))
    power = float(rest @ rest)
    if power <= 1e-12 * float(values @ values):
        return np.zeros(longest + 1)
    return np.correlate(rest, rest, mode="full")[len(rest) - 1 : len(rest) + longest] / power
