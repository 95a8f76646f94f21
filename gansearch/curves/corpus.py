"""Recorded runs for calibration: what detectors saw of each, how it ended, and what a study would have been told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gansearch.records import Finding, Setting


@dataclass(frozen=True, eq=False)
class CorpusRun:
    """One run to its end, with detectors that stopped nothing. The columns are those of ``detectors.Trace``."""

    study: str
    number: int
    replicate: int | None
    seed: int
    settings: Mapping[str, Setting]
    """The resolved configuration, flat."""
    parameters: Mapping[str, Setting]
    """The searched values alone."""
    loss: str
    steps_per_epoch: int
    total_steps: int
    classes: int
    is_probability_loss: bool
    signals: Mapping[str, NDArray[np.float32]]
    """One number per window."""
    window_ends: NDArray[np.int64]
    non_finite: Mapping[str, int]
    """The first step at which a signal was NaN or infinite."""
    evaluations: Mapping[str, NDArray[np.float64]]
    """Metrics at rungs, with ``step``, ``epoch`` and ``class_churn``."""
    final: Mapping[str, float]
    """Metrics by the protocol of the end; empty where it was not measured, as after a divergence."""
    end: str
    """As ``records.End``: completed or diverged, as nothing else ends a run that is recorded."""
    steps: int
    """Generator updates done."""
    seconds: float
    """That it took, its share of its pack."""
    findings: tuple[Finding, ...] = field(default=())
    """What the detectors said while it was recorded, by the version that recorded it."""
    samples: bytes | None = field(default=None, repr=False)
    """What it generated at its last evaluation, as ``trial.samples.to_npz`` makes it; None where that is not kept."""

    @property
    def dataset(self) -> str:
        """Name of the data set."""
        return str(self.settings["dataset.name"])

    @property
    def architecture(self) -> str:
        """Of the generator."""
        return str(self.settings["generator.architecture"])

    @property
    def key(self) -> str:
        """Tells it from every other run, as a trial's identity does."""
        tail = "" if self.replicate is None else f"-r{self.replicate}"
        return f"{self.study}-{self.number}{tail}"
