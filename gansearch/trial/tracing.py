"""What has been recorded of a trial as the detectors read it, and as a corpus for their calibration keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gansearch.curves import Curve
from gansearch.curves.corpus import CorpusRun
from gansearch.detectors import Trace
from gansearch.records import Assignment, Evaluation
from gansearch.space.configuration import resolve


def evaluation_columns(evaluations: Sequence[Evaluation]) -> Mapping[str, NDArray[np.float64]]:
    """Metrics of evaluations at rungs by name, with ``step``, ``epoch`` and ``class_churn``.

    What another version, before the trial was resumed, has not measured is left out.
    """
    rows = [{metric.name: metric.value for metric in done.metrics} for done in evaluations]
    names = sorted(set.intersection(*map(set, rows))) if rows else []
    columns = {name: np.array([row[name] for row in rows]) for name in names}
    columns["step"] = np.array([done.step for done in evaluations], dtype=np.float64)
    columns["epoch"] = np.array([done.epoch for done in evaluations], dtype=np.float64)
    if any(done.labels for done in evaluations):
        columns["class_churn"] = class_churn(evaluations)
    return columns


def class_churn(evaluations: Sequence[Evaluation]) -> NDArray[np.float64]:
    """Share of the same latents whose sample is of another class than at the evaluation before.

    NaN at the first, and where classes of either are not known.
    """
    found = np.full(len(evaluations), np.nan)
    for index in range(1, len(evaluations)):
        before, now = (np.array(evaluations[each].labels) for each in (index - 1, index))
        if len(now) and len(before) == len(now):
            found[index] = (before != now).mean()
    return found


def corpus_run(
    assignment: Assignment, curve: Curve, *, classes: int, steps_per_epoch: int, total_steps: int
) -> CorpusRun:
    """A recorded run as a corpus keeps it.

    Args:
        assignment: what was run.
        curve: its record.
        classes: of the data.
        steps_per_epoch: of its training.
        total_steps: that it was to be trained for.

    Raises:
        ValueError: where it has not ended.
    """
    if curve.end is None:
        raise ValueError(f"{assignment.identity} has not ended")
    loss = resolve(assignment.settings).loss
    rungs = [done for done in curve.evaluations if not done.final]
    trace = Trace.of(
        curve.signals,
        evaluation_columns(rungs),
        steps_per_epoch=steps_per_epoch,
        total_steps=total_steps,
        classes=classes,
        is_probability_loss=loss.facts.is_probability_loss,
        loss=loss.name,
    )
    final = next((done for done in reversed(curve.evaluations) if done.final), None)
    return CorpusRun(
        study=assignment.identity.study,
        number=assignment.identity.number,
        replicate=assignment.identity.replicate,
        seed=assignment.seed,
        settings=assignment.settings,
        parameters=assignment.parameters,
        loss=trace.loss,
        steps_per_epoch=steps_per_epoch,
        total_steps=total_steps,
        classes=classes,
        is_probability_loss=trace.is_probability_loss,
        signals=trace.signals,
        window_ends=trace.window_ends,
        non_finite=trace.non_finite,
        evaluations=trace.evaluations,
        final={} if final is None else {metric.name: metric.value for metric in final.metrics},
        end=str(curve.end.end),
        steps=trace.steps,
        seconds=curve.seconds / int(curve.attempts[-1].get("lanes", 1) or 1),
        findings=tuple(curve.findings),
    )


def trace_of(run: CorpusRun) -> Trace:
    """The trace that the detectors had at the end of a recorded run; ``until`` gives the earlier ones."""
    return Trace(
        signals=run.signals,
        evaluations=run.evaluations,
        window_ends=run.window_ends,
        non_finite=run.non_finite,
        steps_per_epoch=run.steps_per_epoch,
        total_steps=run.total_steps,
        classes=run.classes,
        is_probability_loss=run.is_probability_loss,
        loss=run.loss,
    )
