"""The discriminator knows its training samples by heart. Source: Karras et al. 2020, arXiv:2006.06676, section 3."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gansearch.detectors._base import Detector, Mode, Trace
from gansearch.detectors._columns import last_evaluations
from gansearch.dimensions import Float, Int, static
from gansearch.records import Finding


@dataclass(frozen=True, kw_only=True)
class DiscriminatorOverfits(Detector):
    """Fires when training samples score far above held-out ones, at evaluations in a row.

    Kind: discriminator_overfits. Signal: ``held_out_score_gap``, in standard deviations of all these scores. Formula:
    ``held_out_score_gap >= gap`` at each of the last ``evaluations``. The paper's ratio of such means, with scores of
    generated samples below, has the target .6; the gap needs no scale, so that losses compare. Scores of two normal
    clusters as wide as each other are told apart in 79 % of pairs at a gap of 1, in 64 % at .5.
    Warm-up: ``warmup_steps`` before the first of them. Data without held-out samples gives no finding.
    Known false positives: held-out samples of another distribution than the training ones; a gap that does no harm, as
    late in a run whose samples are good already. So it stops nothing by default.
    """

    name: ClassVar[str] = "discriminator_overfits"
    kind: ClassVar[str] = "discriminator_overfits"
    source: ClassVar[str] = (
        "Karras et al. 2020, arXiv:2006.06676, section 3; looks alike: held-out samples of another distribution"
    )
    default_mode: ClassVar[Mode] = "shadow"

    gap: float = static(
        1.0, Float(0.2, 1.8), "least held_out_score_gap that counts", unit="standard deviations", limits=Float(0, 2)
    )
    evaluations: int = static(
        3, Int(1, 10), "evaluations in a row that must show the gap", unit="evaluations", limits=Int(1, 10**6)
    )
    warmup_steps: int = static(
        500, Int(0, 10_000), "steps at the start whose evaluations do not count", unit="steps", limits=Int(0, 10**9)
    )

    def check(self, trace: Trace) -> Finding | None:
        """What the last evaluations show."""
        gaps = last_evaluations(trace, "held_out_score_gap", self.evaluations)
        steps = last_evaluations(trace, "step", self.evaluations)
        if gaps is None or steps is None or steps[0] < self.warmup_steps or (gaps < self.gap).any():
            return None
        least = float(gaps.min())
        return self.found(
            trace,
            signal="held_out_score_gap",
            value=least,
            threshold=self.gap,
            since_step=int(steps[0]) - 1,
            evidence={"last_gap": float(gaps[-1]), "evaluations": float(self.evaluations)},
            sentence=(
                f"At the last {self.evaluations} evaluations the discriminator scored training samples at least"
                f" {least:.3g} standard deviations above held-out ones (threshold {self.gap:.3g})."
            ),
        )
