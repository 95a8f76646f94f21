"""What became of a run, by its final samples and a classifier that no detector sees: the project's definitions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import Final, Protocol

from gansearch.curves.corpus import CorpusRun

CLASSES, LARGEST = "outcome_classes_covered", "outcome_share_largest"
QUALITY, DISTANCE = "high_quality_share", "frechet_distance"
SUCCESS_LARGEST: Final = 0.3
"""Largest share of one class that a success may have."""
SUCCESS_QUALITY: Final = 0.5
"""Least share of samples near a mode that a success must have, where modes are known."""
SUCCESS_DISTANCE: Final = 2.0
"""How many times the usual distance of its data set a success may be away."""


class Outcome(StrEnum):
    """The end of a run, from the worst to the best; exactly one holds."""

    DIVERGED = "diverged"
    TOTAL = "total collapse"
    PARTIAL = "partial collapse"
    OTHER = "neither"
    """It covers its classes but is too uneven, too blurred or too far away for a success."""
    SUCCESS = "success"


FAILED: Final = frozenset({Outcome.DIVERGED, Outcome.TOTAL, Outcome.PARTIAL})


@dataclass(frozen=True)
class Limits:
    """Numbers of classes, and shares, that divide the outcomes of data with so many classes."""

    total: int
    """Most classes of a total collapse."""
    partial: int
    """Most classes of a partial one."""
    largest: float
    """Share of one class above which a collapse is partial, however many there are."""
    reached: int
    """Classes that an evaluation must have before a later one can be called a collapse."""
    well: int
    """Least classes of a success, and of a run that has recovered."""


LIMITS: Final[Mapping[int, Limits]] = {
    8: Limits(total=2, partial=7, largest=0.5, reached=4, well=8),
    10: Limits(total=3, partial=8, largest=0.4, reached=6, well=9),
    25: Limits(total=7, partial=22, largest=0.2, reached=13, well=23),
}
"""By the number of classes or modes: ring, ten classes of pictures, grid."""


class Ended(Protocol):
    """What the definitions need of a run."""

    @property
    def classes(self) -> int:
        """Of its data."""
        ...

    @property
    def final(self) -> Mapping[str, float]:
        """Metrics at its end."""
        ...

    @property
    def end(self) -> str:
        """As ``records.End``."""
        ...


def is_known(run: Ended) -> bool:
    """Whether the definitions say something of a run: of data with so many classes, and with a known end."""
    return run.classes in LIMITS and (is_diverged(run) or {CLASSES, LARGEST, DISTANCE} <= run.final.keys())


def is_diverged(run: Ended) -> bool:
    """Whether a non-finite value ended it, or its final samples have none but such a value."""
    ends = (run.final.get(name, 0.0) for name in (CLASSES, LARGEST, DISTANCE))
    return run.end == "diverged" or not all(math.isfinite(value) for value in ends)


def final_distance(run: Ended) -> float:
    """The final Frechet distance; infinite where it diverged."""
    return math.inf if is_diverged(run) else run.final[DISTANCE]


def outcome(run: Ended, usual_distance: float) -> Outcome:
    """Which outcome a run has.

    Args:
        run: one that is known.
        usual_distance: of its data set; see ``usual_distances``.
    """
    if is_diverged(run):
        return Outcome.DIVERGED
    limits, covered = LIMITS[run.classes], run.final[CLASSES]
    if covered <= limits.total:
        return Outcome.TOTAL
    if covered <= limits.partial or run.final[LARGEST] > limits.largest:
        return Outcome.PARTIAL
    is_near = final_distance(run) <= SUCCESS_DISTANCE * usual_distance
    return Outcome.SUCCESS if is_near and has_its_classes(run) else Outcome.OTHER


def has_its_classes(run: Ended) -> bool:
    """Whether a run is a success but for its distance: classes, largest share, and quality where modes are known."""
    if is_diverged(run):
        return False
    is_even = run.final[LARGEST] <= SUCCESS_LARGEST
    is_sharp = run.final.get(QUALITY, 1.0) >= SUCCESS_QUALITY
    return run.final[CLASSES] >= LIMITS[run.classes].well and is_even and is_sharp


def usual_distances(runs: Sequence[CorpusRun]) -> dict[str, float]:
    """The median final distance, by data set, of the runs that have their classes; infinite where none has.

    It stands for the median of a study's baseline arm, which a corpus of many configurations does not have.
    """
    found: dict[str, list[float]] = {run.dataset: [] for run in runs}
    for run in runs:
        if has_its_classes(run):
            found[run.dataset].append(final_distance(run))
    return {name: median(distances) if distances else math.inf for name, distances in found.items()}
