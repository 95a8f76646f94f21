"""What a script's calls must know of their trial."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gansearch.records import Geometry, Setting


@dataclass(frozen=True, eq=False)
class Start:
    """Where an attempt at the trial begins."""

    step: int
    """Generator updates done: 0, or the checkpoint's."""
    epoch: int
    """Of the last evaluation up to there; 0 where there is none."""
    signals: Mapping[str, float]
    """The last values up to there."""
    metrics: frozenset[str] | None
    """Names of what an evaluation holds; None before the first."""
    state: dict[str, Any] | None
    """What the checkpoint holds; None without one."""


@dataclass(frozen=True, eq=False)
class Brief:
    """One trial, for the side of the script."""

    parameters: Mapping[str, Setting]
    seed: int
    epochs: int
    """After which the trial is trained in full."""
    start: Start
    geometry: Geometry | None
    """Of the data set; None where there is none."""
    measured: tuple[str, ...]
    """Metrics that are measured from samples against the data set."""
    objectives: tuple[str, ...]
    """Metrics without which the study can do nothing."""
    samples: int
    """Drawn at an evaluation."""
    final_samples: int
    """Drawn at the last one: more where the protocol of the end is due."""
