"""What hypotheses are about, by name: metrics of the end, outcomes, and what detectors found on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from gansearch.errors import ReportError
from gansearch.metrics import metrics
from gansearch.plugins import nearest
from gansearch.reporting.calibration.outcomes import FAILED, Outcome
from gansearch.reporting.effects.measure import MARGIN, Measure, Scale
from gansearch.reporting.experiments.runs import ExperimentRun

FINDING: Final = "finding."
"""Before a kind of failure: the share of runs in which a detector found it."""
OUTCOMES: Final[Mapping[str, frozenset[Outcome]]] = {
    "success": frozenset({Outcome.SUCCESS}),
    "total_collapse": frozenset({Outcome.TOTAL}),
    "partial_collapse": frozenset({Outcome.PARTIAL}),
    "failure": FAILED,
}
"""Shares of runs by how they ended."""
RATIOS: Final = frozenset(
    {"frechet_distance", "kernel_distance", "pixel_frechet_distance", "fid", "kid", "nyquist_energy"}
)
"""Metrics of which a share of the value counts; of the others so much of their unit."""
UNITS: Final[Mapping[str, float]] = {
    "classes_covered": 1.0,
    "outcome_classes_covered": 1.0,
    "classes_reached": 1.0,
    "batch_correlation": 0.01,  # batches of 64 have some .003 in common
}
"""The smallest difference that counts, where it is not .1."""


@dataclass(frozen=True)
class Reading:
    """A measure, and where a run has it: a value, or whether something happened."""

    measure: Measure
    value: Callable[[ExperimentRun], float | None] | None = None
    happened: Callable[[ExperimentRun], bool | None] | None = None


def reading(name: str, floors: Mapping[str, float]) -> Reading:
    """What is read of a run under that name.

    Args:
        name: a metric of the end; an outcome: success, total_collapse, partial_collapse, failure; or
            ``finding.KIND``.
        floors: by metric, the least difference between two values that its noise allows to tell; 0 where left out.

    Raises:
        ReportError: where there is no such measure.
    """
    if name in OUTCOMES:
        return _rate(name, lambda run: None if run.outcome is None else run.outcome in OUTCOMES[name])
    if name.startswith(FINDING):
        return _rate(name, lambda run: name.removeprefix(FINDING) in run.kinds)
    if name not in metrics.names():
        known = (*OUTCOMES, *metrics.names())
        raise ReportError(
            f"a measure must be a metric, {FINDING}KIND, or one of {', '.join(OUTCOMES)}; got {name!r}"
            + (f" (did you mean {meant!r}?)" if (meant := nearest(name, known)) else "")
        )
    measure = Measure(
        name,
        Scale.RATIO if name in RATIOS else Scale.DIFFERENCE,
        lower_is_better=metrics.get(name).direction == "minimize",
        margin=UNITS.get(name, MARGIN),
        floor=floors.get(name, 0.0),
    )
    return Reading(measure, value=lambda run: run.final.get(name))


def _rate(name: str, happened: Callable[[ExperimentRun], bool | None]) -> Reading:
    return Reading(Measure(name, Scale.RATE, lower_is_better=name != "success"), happened=happened)
