"""What a detector is: one pure class that reads a trace and says what it saw. It stops nothing; the policy does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from gansearch.plugins import Plugin, Registry
from gansearch.records import Finding


@dataclass(frozen=True, eq=False)
class Trace:
    """What is known of one trial so far, in columns.

    Signals of the training step (float32, one number per generator update, all of the same length ``steps``):
    ``d_loss``, ``g_loss``, ``label_floor`` (the lowest d_loss that the label tricks allow), ``d_accuracy_real``,
    ``d_accuracy_fake`` (shares in [0, 1]), ``real_score``, ``fake_score`` (mean logits), ``d_grad_norm``,
    ``g_grad_norm``, ``image_grad_norm`` (norm of dL_G/dx per image, mean over the batch), ``g_update_ratio``
    (norm of the update over norm of the parameters), ``fake_spread`` and ``real_spread`` (standard deviation over
    the batch, mean over pixels).
    """

    signals: Mapping[str, NDArray[np.float32]]
    evaluations: Mapping[str, NDArray[np.float64]]
    """Metrics by name, one number per evaluation, and ``step`` and ``epoch``."""
    steps_per_epoch: int
    total_steps: int
    classes: int
    """Classes or modes of the data; 0 where unknown."""
    is_probability_loss: bool
    """Whether the losses are cross entropies, so that d_loss has a floor."""

    @property
    def steps(self) -> int:
        """Generator updates so far."""
        return 0 if not self.signals else len(next(iter(self.signals.values())))

    @property
    def epoch(self) -> int:
        """Whole epochs so far."""
        return self.steps // max(1, self.steps_per_epoch)


@dataclass(frozen=True, kw_only=True)
class Detector(Plugin):
    """Reads a trace. Subclasses declare their thresholds as fields with ``static``."""

    kind: ClassVar[str]
    """What it finds: diverged, discriminator_wins, mode_collapse, stagnation."""
    source: ClassVar[str]
    """Where the criterion comes from, and what looks like it but is not."""

    def check(self, trace: Trace) -> Finding | None:
        """What was seen at the end of the trace, or None. Pure: the same trace gives the same answer."""
        raise NotImplementedError


detectors: Registry[Detector] = Registry("detector", Detector, "gansearch.detectors")
