"""The rule of thumb that detectors must beat: a d_loss near 0. Source: Chintala et al. 2016, How to train a GAN, 10."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gansearch.detectors import Detector, Trace
from gansearch.dimensions import Float, Int, static
from gansearch.records import Finding


@dataclass(frozen=True, kw_only=True)
class DLossAlone(Detector):
    """Fires when the mean ``d_loss`` of the last ``window_steps`` is within [0, ``loss``]; it knows no label floor.

    A Wasserstein critic's loss is below 0 as a rule: the rule of thumb says nothing of it.
    """

    name: ClassVar[str] = "d_loss_alone"
    kind: ClassVar[str] = "d_loss_alone"
    source: ClassVar[str] = "Chintala et al. 2016, How to train a GAN, 10: a d_loss that goes to 0 is a failure"

    loss: float = static(0.1, Float(0.001, 1.0, log=True), "largest mean d_loss that counts as near 0", unit="nats")
    window_steps: int = static(300, Int(50, 5000, log=True), "steps of the mean", unit="steps")

    def check(self, trace: Trace) -> Finding | None:
        """Whether the loss is near 0."""
        losses = trace.signals.get("d_loss")
        if losses is None or trace.steps < self.window_steps:
            return None
        mean = float(losses[trace.window_ends > trace.steps - self.window_steps].mean())
        if not 0 <= mean <= self.loss:
            return None
        return self.found(
            trace,
            signal="d_loss",
            value=mean,
            threshold=self.loss,
            since_step=trace.steps - self.window_steps,
            evidence={},
            sentence=f"Over the last {self.window_steps} steps d_loss was {mean:.3g} (threshold {self.loss:.3g}).",
        )
