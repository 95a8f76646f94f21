"""Numbers that run away though they are still finite. Source: Pascanu et al. 2013, arXiv:1211.5063."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from gansearch.detectors._base import Detector, Trace
from gansearch.detectors._columns import last_steps, median
from gansearch.dimensions import Float, Int, static
from gansearch.records import Finding

PLAYERS = {"g": "generator", "d": "discriminator"}
"""Heads of the signals' names, and the players' own."""
CLIPPING = "gradient_clipping."
"""Head of the signals that say whether a player's gradient was clipped; the norms are those of before."""


@dataclass(frozen=True, kw_only=True)
class Exploding(Detector):
    """Fires when gradients leap, parameters grow or samples are pressed against their bounds, over a window of steps.

    Formula, over the last ``window_steps`` and for either player: ``median(grad_norm)`` is at least ``gradient`` and at
    least ``gradient_ratio`` times its median over all the steps before; or ``median(norm)`` is at least ``growth``
    times that of the first window, the parameters' size at the start, and ``median(update_ratio) >= speed``; or
    ``mean(fake_extreme) >= saturation`` where the share of numbers that are not extreme is at most ``free_ratio`` times
    that among real samples.
    Warm-up: ``warmup_steps``, then a whole window. Gradients are judged by two conditions since those of a Wasserstein
    critic, or under an R1 penalty of large weight, are of any size, but stay so; and on a ring of narrow Gaussians that
    of a healthy generator rises from 1 to 85 in 8,000 steps, while the discriminator steepens. Critics without a
    penalty at a rate of .01 gave 10 and 17 times the median before in runs that ended well, 37 and more in others.
    Known false positives: a gradient that a trick clips is harmless, and is left out where most steps were clipped.
    Parameters that start small grow tenfold in runs that are well (a discriminator of width 64 that starts with a
    standard deviation of .02, in 2,000 steps), but then change by .006 of their norm a step; at 100 times the rate they
    change by .02. Nothing but black, or white, may be what the data are, so that saturation is measured against them:
    of digits .8 of the numbers are extreme.
    """

    name: ClassVar[str] = "exploding"
    kind: ClassVar[str] = "exploding"
    source: ClassVar[str] = (
        "Pascanu et al. 2013, arXiv:1211.5063; looks alike: critics without bounds, clipped gradients, large penalties"
    )

    gradient: float = static(
        1000.0, Float(10.0, 1e5, log=True), "least median norm of a player's gradient", limits=Float(0, 1e30)
    )
    gradient_ratio: float = static(
        25.0,
        Float(3.0, 100.0, log=True),
        "least median norm of a player's gradient, as a multiple of its median over the steps before",
        limits=Float(1, 1e30),
    )
    growth: float = static(
        10.0,
        Float(2.0, 100.0, log=True),
        "least median norm of a player's parameters, as a multiple of that at the start",
        limits=Float(1, 1e30),
    )
    speed: float = static(
        0.01,
        Float(0.001, 0.1, log=True),
        "least median update of a player whose parameters have grown, as a share of their norm",
        limits=Float(0, 1e9),
    )
    saturation: float = static(
        0.98, Float(0.9, 1.0), "least mean share of the generated numbers that are extreme", limits=Float(0, 1)
    )
    free_ratio: float = static(
        0.1,
        Float(0.01, 0.5, log=True),
        "largest share of the generated numbers that are not extreme, as a multiple of that among real ones",
        limits=Float(0, 1),
    )
    warmup_steps: int = static(
        300, Int(0, 10_000), "steps at the start that do not count", unit="steps", limits=Int(0, 10**9)
    )
    window_steps: int = static(
        100, Int(50, 5000, log=True), "steps over which it must hold", unit="steps", limits=Int(1, 10**9)
    )

    def check(self, trace: Trace) -> Finding | None:
        """What the last window shows: the gradients before the parameters, the parameters before the samples."""
        if trace.steps < self.warmup_steps + self.window_steps:
            return None
        for player in PLAYERS:
            found = self._leaping(trace, player)
            if found is not None:
                return found
        for player in PLAYERS:
            found = self._growing(trace, player)
            if found is not None:
                return found
        return self._saturated(trace)

    def _leaping(self, trace: Trace, player: str) -> Finding | None:
        signal = f"{player}_grad_norm"
        late = last_steps(trace, signal, self.window_steps)
        if late is None or self._is_clipped(trace, player):
            return None
        value = median(late)
        if value < self.gradient:
            return None
        before = trace.signals[signal][trace.window_ends <= trace.steps - self.window_steps].astype(np.float64)
        before = before[np.isfinite(before)]
        if len(before) == 0 or value < self.gradient_ratio * (usual := median(before)):
            return None
        return self.found(
            trace,
            signal=signal,
            value=value,
            threshold=max(self.gradient, self.gradient_ratio * usual),
            since_step=trace.steps - self.window_steps,
            evidence={f"earlier_{signal}": usual},
            sentence=(
                f"Over the last {self.window_steps} steps the gradient of the {PLAYERS[player]} had a norm of"
                f" {value:.3g}, after {usual:.3g} before (thresholds {self.gradient:.3g}, and"
                f" {self.gradient_ratio:.3g} times that)."
            ),
        )

    def _is_clipped(self, trace: Trace, player: str) -> bool:
        """Whether a trick kept most of the last gradients short."""
        clipped = last_steps(trace, CLIPPING + PLAYERS[player], self.window_steps)
        return clipped is not None and float(clipped.mean()) > 1 / 2

    def _growing(self, trace: Trace, player: str) -> Finding | None:
        signal = f"{player}_norm"
        late = last_steps(trace, signal, self.window_steps)
        updates = last_steps(trace, f"{player}_update_ratio", self.window_steps)
        if late is None or updates is None:
            return None
        first, value, speed = float(trace.signals[signal][0]), median(late), median(updates)
        if not first > 0 or value < self.growth * first or speed < self.speed:
            return None
        return self.found(
            trace,
            signal=signal,
            value=value,
            threshold=self.growth * first,
            since_step=trace.steps - self.window_steps,
            evidence={f"first_{signal}": first, f"{player}_update_ratio": speed},
            sentence=(
                f"Over the last {self.window_steps} steps the parameters of the {PLAYERS[player]} had a norm of"
                f" {value:.3g}, after {first:.3g} at the start (threshold {self.growth:.3g} times that), and changed by"
                f" {speed:.3g} of it a step."
            ),
        )

    def _saturated(self, trace: Trace) -> Finding | None:
        fake = last_steps(trace, "fake_extreme", self.window_steps)
        real = last_steps(trace, "real_extreme", self.window_steps)
        if fake is None or real is None:
            return None
        value, among_real = float(fake.mean()), float(real.mean())
        if value < self.saturation or 1 - value > self.free_ratio * (1 - among_real) or among_real >= self.saturation:
            return None
        return self.found(
            trace,
            signal="fake_extreme",
            value=value,
            threshold=self.saturation,
            since_step=trace.steps - self.window_steps,
            evidence={"real_extreme": among_real},
            sentence=(
                f"Over the last {self.window_steps} steps {value:.3g} of the numbers of generated samples lay at the"
                f" bounds of the data or beyond (threshold {self.saturation:.3g}), and {among_real:.3g} of the real"
                " ones."
            ),
        )
