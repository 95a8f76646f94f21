"""The discriminator wins and the generator learns no more. Source: Arjovsky and Bottou 2017, arXiv:1701.04862."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Final

from gansearch.detectors._base import Detector, Trace
from gansearch.detectors._columns import first_steps, last_steps, median
from gansearch.dimensions import Float, Int, static
from gansearch.records import Finding

KNOWS_NOTHING: Final = {"least_squares": 0.25, "relativistic": math.log(2)}
"""By loss, what a discriminator pays above the floor that scores all samples alike; a cross entropy 2 log 2 nats.

In these units, too, the loss of a perfect one comes down to its floor. A relativistic one may pay twice as much, where
it compares with averages."""
CROSS_ENTROPY: Final = 2 * math.log(2)
WITHOUT_SIGNS: Final = frozenset({"relativistic"})
"""Losses to which a number that is added to all scores is nothing, so that accuracies tell nothing."""
WITH_MARGINS: Final = frozenset({"hinge", "energy"})
"""Losses that are paid until samples lie beyond a margin: who tells all apart, flatly, may be far above the floor."""


@dataclass(frozen=True)
class _Win:
    """The numbers of a discriminator that tells real from fake."""

    signal: str
    value: float
    threshold: float
    evidence: dict[str, float]
    said: str


@dataclass(frozen=True, kw_only=True)
class DiscriminatorWins(Detector):
    """Fires when a perfect discriminator leaves the generator without a gradient, over a whole window of steps.

    Formula, over the last ``window_steps``: ``mean(d_loss - label_floor) <= excess``, for losses that are no cross
    entropies in proportion to what one pays there that scores all samples alike; and the mean accuracy on real and on
    fake images is at least ``accuracy`` (with inverted labels, at most ``1 - accuracy``). A hinge loss, and energies,
    are judged by accuracy alone, since all samples can be told apart within the margins; a relativistic loss by
    ``d_loss`` alone, since its scores have no sign. And the gradient has vanished: ``median(image_grad_norm)`` is at
    most ``gradient_ratio`` times its median over the first ``early_steps``, or, times ``mean(real_spread)``, at most
    ``slope``, so that samples moved as far as real ones differ would gain nothing; or
    ``median(g_update_ratio) <= update_ratio`` where ``median(g_grad_norm)`` is at most ``gradient_ratio`` times its
    early median.
    Warm-up: ``early_steps + window_steps``. Never for Wasserstein critics, whose loss should fall, nor for boundary
    equilibria, whose discriminator decides nothing; of losses of plug-ins for cross entropies.
    Known false positives: none are known that last a window. An accuracy above .9 under R1 is healthy, and its gradient
    does not vanish; a flip phase ends; label smoothing and flips raise the floor, which is taken off. A generator that
    is held still while it has a gradient is frozen, which is another kind. Terms of tricks in ``d_loss`` hide a win.
    """

    name: ClassVar[str] = "discriminator_wins"
    kind: ClassVar[str] = "discriminator_wins"
    source: ClassVar[str] = (
        "Arjovsky and Bottou 2017, arXiv:1701.04862; looks alike: Wasserstein and hinge scales, R1 with high accuracy"
    )

    excess: float = static(
        0.05,
        Float(0.001, 0.5, log=True),
        "largest mean d_loss above the label floor, of a cross entropy",
        unit="nats",
        limits=Float(0, 10),
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
    slope: float = static(
        3e-3,
        Float(1e-6, 0.1, log=True),
        "largest median gradient at the images, times the spread of real ones",
        unit="of g_loss",
        limits=Float(0, 10),
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
        if trace.steps < self.early_steps + self.window_steps:
            return None
        win = self._won(trace)
        gradients = None if win is None else self._vanished(trace)
        if win is None or gradients is None:
            return None
        shown = ", ".join(f"{name} {value:.3g}" for name, value in gradients.items())
        return self.found(
            trace,
            signal=win.signal,
            value=win.value,
            threshold=win.threshold,
            since_step=trace.steps - self.window_steps,
            evidence={**win.evidence, **gradients},
            sentence=(
                f"Over the last {self.window_steps} steps {win.said}, and the generator's gradient had vanished"
                f" ({shown})."
            ),
        )

    def _won(self, trace: Trace) -> _Win | None:
        """What shows that the discriminator is perfect, by the loss's family; None where it is not, or none can be."""
        if trace.loss in WITH_MARGINS:
            return self._by_accuracy(trace)
        if trace.is_probability_loss:
            return self._by_loss(trace, self.excess)
        if trace.loss in KNOWS_NOTHING:
            return self._by_loss(trace, self.excess * KNOWS_NOTHING[trace.loss] / CROSS_ENTROPY)
        return None

    def _by_accuracy(self, trace: Trace) -> _Win | None:
        accuracies = self._accuracies(trace)
        if accuracies is None or min(accuracies) < self.accuracy:
            return None
        signal = "d_accuracy_real" if accuracies[0] <= accuracies[1] else "d_accuracy_fake"
        said = f"the discriminator had accuracies of {accuracies[0]:.3g} on real and {accuracies[1]:.3g} on fake images"
        return _Win(signal, min(accuracies), self.accuracy, _named(accuracies), said)

    def _by_loss(self, trace: Trace, excess: float) -> _Win | None:
        d_loss, floor = (last_steps(trace, name, self.window_steps) for name in ("d_loss", "label_floor"))
        if d_loss is None or floor is None:
            return None
        lowest = float(floor.mean())
        above = float(d_loss.mean()) - lowest
        if above > excess:
            return None
        said = f"d_loss lay {above:.3g} above its floor of {lowest:.3g}"
        if trace.loss in WITHOUT_SIGNS:
            return _Win("d_loss", above, excess, {"label_floor": lowest}, said)
        accuracies = self._accuracies(trace)
        if accuracies is None or not (min(accuracies) >= self.accuracy or max(accuracies) <= 1 - self.accuracy):
            return None
        said += f", with accuracies of {accuracies[0]:.3f} on real and {accuracies[1]:.3f} on fake images"
        return _Win("d_loss", above, excess, {"label_floor": lowest, **_named(accuracies)}, said)

    def _accuracies(self, trace: Trace) -> tuple[float, float] | None:
        """On real and on fake images."""
        real, fake = (last_steps(trace, name, self.window_steps) for name in ("d_accuracy_real", "d_accuracy_fake"))
        return None if real is None or fake is None else (float(real.mean()), float(fake.mean()))

    def _vanished(self, trace: Trace) -> dict[str, float] | None:
        """The numbers that show that the generator gets no gradient, or None where it does."""
        found = self._fallen(trace, "image_grad_norm")
        if found is not None:
            return found
        late = last_steps(trace, "image_grad_norm", self.window_steps)
        spread = last_steps(trace, "real_spread", self.window_steps)
        if late is not None and spread is not None and median(late) * spread.mean() <= self.slope:
            return {"image_grad_norm": median(late), "real_spread": float(spread.mean())}
        updates = last_steps(trace, "g_update_ratio", self.window_steps)
        fallen = self._fallen(trace, "g_grad_norm")
        if updates is None or fallen is None or median(updates) > self.update_ratio:
            return None
        return {"g_update_ratio": median(updates), **fallen}

    def _fallen(self, trace: Trace, signal: str) -> dict[str, float] | None:
        """Late and early median of a gradient that has fallen to a small share; None where it has not."""
        early, late = first_steps(trace, signal, self.early_steps), last_steps(trace, signal, self.window_steps)
        if early is None or late is None or median(late) > self.gradient_ratio * median(early):
            return None
        return {signal: median(late), f"early_{signal}": median(early)}


def _named(accuracies: tuple[float, float]) -> dict[str, float]:
    return dict(zip(("d_accuracy_real", "d_accuracy_fake"), accuracies, strict=True))
