"""What became of a run after the moment at which its detectors would have stopped it, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gansearch.records import Finding
from gansearch.reporting.judged_series import JudgedSeries
from gansearch.reporting.material import TrialMaterial
from gansearch.reporting.wording import number
from gansearch.space.plan import Objective


def afterwards(
    trial: TrialMaterial, spared: Finding, whole: JudgedSeries | None, objective: Objective
) -> Iterator[str]:
    """Sentences: how the numbers that the finding is about went on, and the objective then and at last.

    Args:
        trial: the run.
        spared: what it was spared for.
        whole: what the finding is about, up to the last step; None where that is not recorded.
        objective: the study's first one.
    """
    if whole is not None:
        yield from _judged(spared, whole)
    yield from _measured(trial, spared, objective)


def _judged(spared: Finding, whole: JudgedSeries) -> Iterator[str]:
    later = whole.values[whole.steps > spared.step]
    if len(later) == 0:
        return
    limit = "" if whole.threshold is None else f" (threshold {whole.threshold:.4g})"
    least, most = float(later.min()), float(later.max())
    if least == most:
        yield f"Later its {whole.label} was {least:.3g}{limit}."
    else:
        yield f"Later its {whole.label} lay between {least:.3g} and {most:.3g}, at last it was {later[-1]:.3g}{limit}."


def _measured(trial: TrialMaterial, spared: Finding, objective: Objective) -> Iterator[str]:
    columns = trial.curve.evaluation_columns()
    known = np.isfinite(columns.get(objective.metric, np.full_like(columns["step"], np.nan)))
    if not known.any() or columns["step"][known][-1] <= spared.step:
        return
    steps, epochs, values = (columns[name][known] for name in ("step", "epoch", objective.metric))
    before = steps <= spared.step
    then = f"{number(values[before][-1])} at epoch {epochs[before][-1]:.0f}, " if before.any() else ""
    yield f"Its {objective.metric} was {then}{number(values[-1])} at epoch {epochs[-1]:.0f}."
