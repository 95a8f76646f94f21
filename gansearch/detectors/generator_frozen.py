"""The generator stands still while the discriminator trains on. Source: Glorot and Bengio 2010, AISTATS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gansearch.detectors._base import Detector, Trace
from gansearch.detectors._columns import last_steps, median, moved
from gansearch.dimensions import Float, Int, static
from gansearch.records import Finding

GATE = "loss_gate.generator"
"""The signal that says whether the generator's update was made, where a trick leaves some out."""


@dataclass(frozen=True, kw_only=True)
class GeneratorFrozen(Detector):
    """Fires when the generator does not follow its gradient, or loses it on the way, over a window of steps.

    Formula, in medians over the last ``window_steps``, while ``d_update_ratio >= discriminator_ratio``. Frozen:
    ``g_update_ratio <= update_ratio`` though ``g_grad_norm > gradient``, and over the whole run the updates have summed
    up to less than ``travel`` norms of the parameters. Starved: ``g_grad_norm <= gradient`` and at most
    ``gradient_share`` of ``image_grad_norm``, so that the discriminator gives a gradient and the generator's saturated
    layers take it away. Where the images have none either, it is the discriminator that wins: another kind.
    Warm-up: a window.
    Known false positives: a rate that a schedule has brought to nothing at the end of a run, from which the way tells a
    frozen generator: no rate falls by itself, so what has moved and stands still with a gradient was told to. A gate
    that leaves out most of the generator's updates is believed, too. Rates that fall for both players leave the
    discriminator still as well.
    """

    name: ClassVar[str] = "generator_frozen"
    kind: ClassVar[str] = "generator_frozen"
    source: ClassVar[str] = (
        "Glorot and Bengio 2010, AISTATS; looks alike: rates that have fallen to nothing, gates on the updates"
    )

    update_ratio: float = static(
        1e-7,
        Float(1e-9, 1e-5, log=True),
        "largest median update of the generator, as a share of its parameters' norm",
        limits=Float(0, 1),
    )
    gradient: float = static(
        1e-5, Float(1e-8, 1e-3, log=True), "largest median norm of a gradient that is none", limits=Float(0, 1e9)
    )
    gradient_share: float = static(
        1e-3,
        Float(1e-6, 1e-1, log=True),
        "largest median norm of the generator's gradient, as a share of that at the images, of one that starves",
        limits=Float(0, 1),
    )
    discriminator_ratio: float = static(
        1e-5,
        Float(1e-7, 1e-3, log=True),
        "least median update of the discriminator, as a share of its parameters' norm",
        limits=Float(0, 1),
    )
    travel: float = static(
        5.0,
        Float(0.1, 50.0, log=True),
        "way after which a generator that stands still was told to",
        unit="norms of its parameters",
        limits=Float(0, 1e9),
    )
    window_steps: int = static(
        300, Int(50, 5000, log=True), "steps over which it must hold", unit="steps", limits=Int(1, 10**9)
    )

    def check(self, trace: Trace) -> Finding | None:
        """What the last window shows."""
        names = ("g_update_ratio", "g_grad_norm", "d_update_ratio")
        windows = [last_steps(trace, name, self.window_steps) for name in names]
        if any(window is None for window in windows) or self._is_gated(trace):
            return None
        seen = {name: median(window) for name, window in zip(names, windows, strict=True) if window is not None}
        if seen["d_update_ratio"] < self.discriminator_ratio:
            return None
        return self._frozen(trace, seen) or self._starved(trace, seen)

    def _is_gated(self, trace: Trace) -> bool:
        """Whether a trick left out most of the last updates."""
        made = last_steps(trace, GATE, self.window_steps)
        return made is not None and float(made.mean()) < 1 / 2

    def _frozen(self, trace: Trace, seen: dict[str, float]) -> Finding | None:
        value = seen["g_update_ratio"]
        is_still = value <= self.update_ratio and seen["g_grad_norm"] > self.gradient
        if not is_still or moved(trace, trace.steps, self.travel):
            return None
        return self.found(
            trace,
            signal="g_update_ratio",
            value=value,
            threshold=self.update_ratio,
            since_step=trace.steps - self.window_steps,
            evidence={name: number for name, number in seen.items() if name != "g_update_ratio"},
            sentence=(
                f"Over the last {self.window_steps} steps an update of the generator was {value:.3g} of its parameters"
                f" (threshold {self.update_ratio:.3g}), with a gradient of norm {seen['g_grad_norm']:.3g}, while the"
                f" discriminator moved by {seen['d_update_ratio']:.3g} of its own a step."
            ),
        )

    def _starved(self, trace: Trace, seen: dict[str, float]) -> Finding | None:
        images = last_steps(trace, "image_grad_norm", self.window_steps)
        if images is None:
            return None
        value, at_images = seen["g_grad_norm"], median(images)
        if value > self.gradient or at_images <= self.gradient or value > self.gradient_share * at_images:
            return None
        return self.found(
            trace,
            signal="g_grad_norm",
            value=value,
            threshold=self.gradient,
            since_step=trace.steps - self.window_steps,
            evidence={"image_grad_norm": at_images, **{k: v for k, v in seen.items() if k != "g_grad_norm"}},
            sentence=(
                f"Over the last {self.window_steps} steps the generator's gradient had a norm of {value:.3g} (threshold"
                f" {self.gradient:.3g}), though that at its images had one of {at_images:.3g}."
            ),
        )
