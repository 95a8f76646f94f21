"""The discriminator wins and the generator learns no more. Source: Arjovsky and Bottou 2017, arXiv:1701.04862."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from gansearch.detectors._base import Detector, Trace
from gansearch.detectors._columns import first_steps, last_steps
from gansearch.dimensions import Float, Int, static
from gansearch.records import Finding


@dataclass(frozen=True, kw_only=True)
class DiscriminatorWins(Detector):
    """Fires when a perfect discriminator leaves the generator without a gradient, over a whole window of steps.

    Formula, over the last ``window_steps``: ``mean(d_loss - label_floor) <= excess`` and the mean accuracy on real and
    on fake images is at least ``accuracy``, and either ``median(image_grad_norm)`` is at most ``gradient_ratio`` times
    its median over the first ``early_steps``, or ``median(g_update_ratio) <= update_ratio``.
    Warm-up: ``early_steps + window_steps``. Only for losses that are cross entropies: a Wasserstein critic's loss
    should fall.
    Known false positives: none are known that last a window. An accuracy above .9 under R1 is healthy, and its gradient
    does not vanish; a flip phase ends; label smoothing and flips raise the floor, which is taken off.
    """

    name: ClassVar[str] = "discriminator_wins"
    kind: ClassVar[str] = "discriminator_wins"
    source: ClassVar[str] = (
        "Arjovsky and Bottou 2017, arXiv:1701.04862; looks alike: Wasserstein and hinge scales, R1 with high accuracy"
    )

    excess: float = static(
        0.05, Float(0.001, 0.5, log=True), "largest mean d_loss above the label floor", unit="nats", limits=Float(0, 10)
    )
    accuracy: float = static(
        0.99, Float(0.9, 1.0), "least mean accuracy on real and on fake images", limits=Float(0, 1)
    )
    gradient_ratio: float = static(
        0.1,
        Float(0.001, 0.5, log=True),
        "largest median gradient at the images, as a share of its early median",
        limits=Float(0, 1),
    )
    update_ratio: float = static(
        1e-6,
        Float(1e-9, 1e-4, log=True),
        "largest median update of the generator, as a share of its parameters' norm",
        limits=Float(0, 1),
    )
    early_steps: int = static(
        200,
        Int(50, 2000, log=True),
        "steps at the start that tell a normal gradient",
        unit="steps",
        limits=Int(1, 10**9),
    )
    window_steps: int = static(
        300, Int(50, 5000, log=True), "steps over which all must hold", unit="steps", limits=Int(1, 10**9)
    )

    def check(self, trace: Trace) -> Finding | None:
        """What the last window shows."""
        if not trace.is_probability_loss or trace.steps < self.early_steps + self.window_steps:
            return None
        names = ("d_loss", "label_floor", "d_accuracy_real", "d_accuracy_fake")
        windows = [last_steps(trace, name, self.window_steps) for name in names]
        if any(window is None for window in windows):
            return None
        d_loss, floor, real, fake = (float(window.mean()) for window in windows if window is not None)
        gradients = self._vanished(trace)
        if gradients is None or d_loss - floor > self.excess or min(real, fake) < self.accuracy:
            return None
        shown = ", ".join(f"{name} {value:.3g}" for name, value in gradients.items())
        return self.found(
            trace,
            signal="d_loss",
            value=d_loss - floor,
            threshold=self.excess,
            since_step=trace.steps - self.window_steps,
            evidence={"label_floor": floor, "d_accuracy_real": real, "d_accuracy_fake": fake, **gradients},
            sentence=(
                f"Over the last {self.window_steps} steps d_loss lay {d_loss - floor:.3g} above its floor of"
                f" {floor:.3g}, with accuracies of {real:.3f} on real and {fake:.3f} on fake images, and the"
                f" generator's gradient had vanished ({shown})."
            ),
        )

    def _vanished(self, trace: Trace) -> dict[str, float] | None:
        """The numbers that show that the generator gets no gradient, or None where it does."""
        early = first_steps(trace, "image_grad_norm", self.early_steps)
        late = last_steps(trace, "image_grad_norm", self.window_steps)
        if early is not None and late is not None and np.median(late) <= self.gradient_ratio * np.median(early):
            return {"image_grad_norm": float(np.median(late)), "early_image_grad_norm": float(np.median(early))}
        updates = last_steps(trace, "g_update_ratio", self.window_steps)
        if updates is not None and np.median(updates) <= self.update_ratio:
            return {"g_update_ratio": float(np.median(updates))}
        return None
