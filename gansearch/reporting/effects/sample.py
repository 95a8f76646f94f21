"""The runs of an arm: values at full budget, outcomes, and which runs are censored."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gansearch.errors import ReportError
from gansearch.reporting.statistics import FEWEST

BASELINE_RUNS: Final = 20
"""Runs that a baseline should have; any other arm should have 8."""


@dataclass(frozen=True)
class ArmRun:
    """One run of an arm."""

    key: str
    """``<study>-<number>[-r<replicate>]``."""
    replicate: int
    """Equal replicates have equal seeds in all arms."""
    value: float | None
    """At the full budget; None where it was not measured. Never read where the run is censored."""
    is_success: bool | None
    """What the evidence says, also of a censored run; None where it says nothing."""
    is_censored: bool = False
    """Stopped early or diverged."""

    def __post_init__(self) -> None:
        """Check the value.

        Raises:
            ReportError: where a run that is not censored has a value that is not finite.
        """
        if not self.is_censored and self.value is not None and not math.isfinite(self.value):
            raise ReportError(f"{self.key}: a final value must be finite, or the run censored; got {self.value}")

    @property
    def is_ranked(self) -> bool:
        """Whether the run has a place among others: a final value, or the last place."""
        return self.is_censored or self.value is not None


@dataclass(frozen=True)
class ArmSample:
    """All runs of an arm, one for each replicate."""

    name: str
    runs: tuple[ArmRun, ...]

    def __post_init__(self) -> None:
        """Check the replicates.

        Raises:
            ReportError: where two runs have one replicate.
        """
        replicates = [run.replicate for run in self.runs]
        if len(set(replicates)) < len(replicates):
            twice = sorted({one for one in replicates if replicates.count(one) > 1})
            raise ReportError(f"arm {self.name}: a replicate must have one run; got several of {twice}")

    @property
    def ranked(self) -> tuple[ArmRun, ...]:
        """The runs that can be compared, by replicate."""
        return tuple(sorted((run for run in self.runs if run.is_ranked), key=lambda run: run.replicate))


@dataclass(frozen=True)
class ArmSummary:
    """What a comparison used of an arm."""

    name: str
    n: int
    """Runs used; of a comparison in pairs, the pairs."""
    keys: tuple[str, ...]
    """The runs used."""
    censored: int
    """Of those used: in the last place."""
    unmeasured: int
    """Runs of the arm without a final value that are not censored either: left out."""
    level: float | None
    """Geometric mean (``ratio``), mean (``difference``) or median (``rank``, censored runs last; None where that is
    a censored run) of the runs used, in the metric's unit."""
    missing: int
    """Runs that the arm lacks to the 8 that it should have; a baseline to its 20."""


def summary(sample: ArmSample, used: Sequence[ArmRun], level: float | None, wanted: int = FEWEST) -> ArmSummary:
    """What was used of ``sample``, which should have ``wanted`` runs."""
    ranked = sum(run.is_ranked for run in sample.runs)
    return ArmSummary(
        sample.name,
        n=len(used),
        keys=tuple(run.key for run in used),
        censored=sum(run.is_censored for run in used),
        unmeasured=len(sample.runs) - ranked,
        level=level,
        missing=max(0, wanted - ranked),
    )


def in_pairs(baseline: Sequence[ArmRun], arm: Sequence[ArmRun]) -> tuple[tuple[ArmRun, ...], tuple[ArmRun, ...]]:
    """The runs of both whose replicate both have, equal replicates at equal places."""
    of_baseline, of_arm = ({run.replicate: run for run in runs} for runs in (baseline, arm))
    shared = sorted(of_baseline.keys() & of_arm.keys())
    return tuple(of_baseline[one] for one in shared), tuple(of_arm[one] for one in shared)
