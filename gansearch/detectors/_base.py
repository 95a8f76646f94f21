"""What a detector is: one pure class that reads a trace and says what it saw. It stops nothing; the policy does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Literal, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gansearch.detectors.windows import first_non_finite, window_ends, windowed
from gansearch.plugins import Plugin, Registry
from gansearch.records import Finding

Mode: TypeAlias = Literal["off", "shadow", "enforce"]
"""``off``: nobody looks; ``shadow``: findings are recorded; ``enforce``: they stop a trial."""


@dataclass(frozen=True, eq=False)
class Trace:
    """What is known of one trial so far, in columns.

    Signals of the training step (float32, one number per window of about 25 steps, the mean of theirs):
    ``d_loss``, ``g_loss``, ``label_floor`` (the lowest d_loss that the label tricks allow), ``d_accuracy_real``,
    ``d_accuracy_fake`` (shares in [0, 1]), ``real_score``, ``fake_score`` (mean scores) and ``real_score_spread``,
    ``fake_score_spread`` (their standard deviations over the batch), ``d_grad_norm``, ``g_grad_norm``,
    ``image_grad_norm`` (norm of dL_G/dx per image, mean over the batch), ``d_update_ratio``, ``g_update_ratio``
    (norm of the update over norm of the parameters), ``d_norm``, ``g_norm`` (of the parameters), ``fake_spread`` and
    ``real_spread`` (standard deviation over the batch, mean over pixels), ``fake_extreme`` and ``real_extreme`` (share
    of the numbers of samples that lie at the largest magnitude among real ones, or beyond).
    Steps in which a trick flips the labels (its signal ``*.active``) do not count into the means.
    """

    signals: Mapping[str, NDArray[np.float32]]
    evaluations: Mapping[str, NDArray[np.float64]]
    """Metrics by name, one number per evaluation, and ``step`` and ``epoch``; ``class_churn`` is the share of the same
    latents whose sample is of another class than at the evaluation before (NaN at the first)."""
    window_ends: NDArray[np.int64]
    """The step at which each window of the signals ends, counted from 1."""
    non_finite: Mapping[str, int]
    """The first step at which a signal was NaN or infinite, by signal; those that never were are left out."""
    steps_per_epoch: int
    total_steps: int
    classes: int
    """Classes or modes of the data; 0 where unknown."""
    is_probability_loss: bool
    """Whether the losses are cross entropies, so that d_loss has a floor."""
    loss: str = ""
    """Name of the loss, as ``non_saturating`` or ``wasserstein``; empty where it is not known, as of a script."""

    @classmethod
    def of(
        cls,
        signals: Mapping[str, NDArray[np.float32]],
        evaluations: Mapping[str, NDArray[np.float64]],
        *,
        steps_per_epoch: int,
        total_steps: int,
        classes: int,
        is_probability_loss: bool,
        loss: str = "",
    ) -> Self:
        """The trace of a run whose signals are given step by step.

        A signal that is shorter than others is left out: it began late, under another version, and says not when.
        """
        steps = max((len(values) for values in signals.values()), default=0)
        whole = {name: values for name, values in signals.items() if len(values) == steps}
        ends = window_ends(steps, steps_per_epoch)
        return cls(
            signals=windowed(whole, ends, steps_per_epoch),
            evaluations=evaluations,
            window_ends=ends,
            non_finite=first_non_finite(whole),
            steps_per_epoch=steps_per_epoch,
            total_steps=total_steps,
            classes=classes,
            is_probability_loss=is_probability_loss,
            loss=loss,
        )

    def until(self, step: int) -> Self:
        """The trace as it was after ``step`` steps, at the end of an epoch."""
        windows = int(np.searchsorted(self.window_ends, step, side="right"))
        steps = self.evaluations.get("step")
        done = 0 if steps is None else int(np.searchsorted(steps, step, side="right"))
        return replace(
            self,
            signals={name: values[:windows] for name, values in self.signals.items()},
            evaluations={name: values[:done] for name, values in self.evaluations.items()},
            window_ends=self.window_ends[:windows],
            non_finite={name: first for name, first in self.non_finite.items() if first <= step},
        )

    @property
    def steps(self) -> int:
        """Generator updates so far."""
        return int(self.window_ends[-1]) if len(self.window_ends) else 0

    @property
    def epoch(self) -> int:
        """Whole epochs so far."""
        return self.steps // max(1, self.steps_per_epoch)


@dataclass(frozen=True, kw_only=True)
class Detector(Plugin):
    """Reads a trace. Subclasses declare their thresholds as fields with ``static``."""

    kind: ClassVar[str]
    """What it finds: diverged, exploding, discriminator_wins, generator_frozen, mode_collapse, partial_collapse,
    collapse_onset, stagnation, oscillation, discriminator_overfits, or what a plug-in names."""
    source: ClassVar[str]
    """Where the criterion comes from, and what looks like it but is not."""

    default_mode: ClassVar[Mode] = "enforce"
    """What its findings do where a space says nothing of its kind: ``shadow`` where calibration does not trust it."""

    def found(
        self,
        trace: Trace,
        *,
        signal: str,
        value: float,
        threshold: float,
        since_step: int,
        evidence: Mapping[str, float],
        sentence: str,
    ) -> Finding:
        """A finding at the end of the trace, of the window after ``since_step``; see ``Finding`` for the others."""
        return Finding(
            detector=self.name,
            kind=self.kind,
            step=trace.steps,
            epoch=trace.epoch,
            signal=signal,
            value=float(value),
            threshold=float(threshold),
            evidence={name: float(number) for name, number in evidence.items()},
            sentence=sentence,
            since_step=int(since_step),
        )

    def check(self, trace: Trace) -> Finding | None:
        """What was seen at the end of the trace, or None. Pure: the same trace gives the same answer."""
        raise NotImplementedError


detectors: Registry[Detector] = Registry("detector", Detector, "gansearch.detectors")
