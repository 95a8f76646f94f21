"""A study as pandas frames: trials, evaluations, signals, findings."""

from __future__ import annotations

import io
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gansearch.records import reals_seen
from gansearch.reporting.loading import load_material
from gansearch.reporting.material import StudyMaterial, TrialMaterial
from gansearch.storage import Storage

POINTS = 200
"""Rows per trial in the frame of signals."""

TRIAL_COLUMNS = ["identity", "number", "replicate", "end", "kind", "reason", "epoch", "step", "seconds"]
TRIAL_COLUMNS += ["evaluation_seconds", "reals_seen", "attempts", "seed"]
EVALUATION_COLUMNS = ["identity", "number", "replicate", "step", "epoch", "generator", "final", "metric", "value"]
EVALUATION_COLUMNS += ["extractor", "extractor_hash", "samples", "real_samples", "real_split", "cost_s"]
SIGNAL_COLUMNS = ["identity", "number", "replicate", "step", "epoch"]
FINDING_COLUMNS = ["identity", "number", "replicate", "detector", "kind", "step", "epoch", "signal", "value"]
FINDING_COLUMNS += ["threshold", "sentence", "stopped"]


@dataclass(frozen=True, eq=False)
class StudyFrames:
    """What a study holds, in rows."""

    trials: pd.DataFrame
    """A row per trial: end, kind, reason, epochs, seconds, ``objective.<metric>``, and its searched parameters by
    dotted path (missing where a condition left one out)."""
    evaluations: pd.DataFrame
    """A row per metric of each evaluation, with its protocol."""
    signals: pd.DataFrame
    """At most 200 rows per trial: the mean of every signal over windows of equal width, at the window's last step."""
    findings: pd.DataFrame
    """A row per finding; ``stopped`` marks the one that ended its trial."""


def load_frames(name: str, storage: Storage) -> StudyFrames:
    """The frames of the study called ``name``.

    Raises:
        StudyNotFoundError: where there is none.
    """
    return frames_of(load_material(name, storage))


def frames_of(material: StudyMaterial) -> StudyFrames:
    """The frames of what a report is made from."""
    objectives = [f"objective.{objective.metric}" for objective in material.space.plan.objectives]
    paths = [parameter.path for parameter in material.space.parameters]
    trials = [_trial_row(trial, objectives) for trial in material.trials]
    evaluations = [row for trial in material.trials for row in _evaluation_rows(trial)]
    findings = [row for trial in material.trials for row in _finding_rows(trial)]
    signals = [part for trial in material.trials if (part := _signal_part(trial)) is not None]
    return StudyFrames(
        _typed(pd.DataFrame(trials, columns=[*TRIAL_COLUMNS, *dict.fromkeys([*objectives, *paths])])),
        _typed(pd.DataFrame(evaluations, columns=EVALUATION_COLUMNS)),
        _typed(pd.concat(signals, ignore_index=True) if signals else pd.DataFrame(columns=SIGNAL_COLUMNS)),
        _typed(pd.DataFrame(findings, columns=FINDING_COLUMNS)),
    )


def write_frames(frames: StudyFrames, storage: Storage, folder: str) -> None:
    """Write ``trials.parquet``, ``evaluations.parquet``, ``signals.parquet`` and ``findings.parquet``."""
    for field in fields(frames):
        packed = io.BytesIO()
        getattr(frames, field.name).to_parquet(packed, index=False)
        storage.write(f"{folder}/{field.name}.parquet", packed.getvalue())


def thinned(values: NDArray[np.float32], points: int = POINTS) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Window means of ``values`` [steps]: the last step of each of at most ``points`` windows, and their means."""
    if len(values) == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    width = -(-len(values) // points)
    starts = np.arange(0, len(values), width)
    ends = np.append(starts[1:], len(values))
    return ends, np.add.reduceat(values.astype(np.float64), starts) / (ends - starts)


def _trial_row(trial: TrialMaterial, objectives: list[str]) -> dict[str, object]:
    values = trial.values or (None,) * len(objectives)
    return {
        **_who(trial),
        "end": trial.end_name,
        "kind": trial.kind,
        "reason": trial.reason,
        "epoch": trial.epoch,
        "step": trial.step,
        "seconds": trial.seconds,
        "evaluation_seconds": trial.evaluation_seconds,
        "reals_seen": reals_seen(trial.settings, trial.step),
        "attempts": len(trial.curve.attempts),
        "seed": trial.seed,
        **dict(zip(objectives, values, strict=True)),
        **trial.parameters,
    }


def _evaluation_rows(trial: TrialMaterial) -> list[dict[str, object]]:
    return [
        {
            **_who(trial),
            "step": evaluation.step,
            "epoch": evaluation.epoch,
            "generator": evaluation.generator,
            "final": evaluation.final,
            "metric": metric.name,
            "value": metric.value,
            **vars(metric.protocol),
            "cost_s": evaluation.cost_s,
        }
        for evaluation in trial.curve.evaluations
        for metric in evaluation.metrics
    ]


def _finding_rows(trial: TrialMaterial) -> list[dict[str, object]]:
    return [
        {
            **_who(trial),
            **{name: value for name, value in vars(finding).items() if name != "evidence"},
            "stopped": finding == trial.curve.stopped_by,
        }
        for finding in trial.curve.findings
    ]


def _signal_part(trial: TrialMaterial) -> pd.DataFrame | None:
    columns = {name: thinned(values) for name, values in trial.curve.signals.items()}
    if not columns:
        return None
    steps = max((steps for steps, _ in columns.values()), key=len)
    part: dict[str, object] = {**_who(trial), "step": steps, "epoch": steps / trial.steps_per_epoch}
    part.update({name: pd.Series(means) for name, (_, means) in columns.items()})
    return pd.DataFrame(part)


def _who(trial: TrialMaterial) -> dict[str, object]:
    identity = trial.identity
    return {"identity": str(identity), "number": identity.number, "replicate": identity.replicate}


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Columns with a type of their own where pandas only sees objects; whole numbers may be missing."""
    whole = ("number", "replicate", "step", "attempts", "samples", "real_samples", "seed")
    typed = frame.astype({name: "Int64" for name in whole if name in frame})
    mixed = [name for name in typed if typed[name].dtype == object and typed[name].map(type).nunique() > 1]
    for name in mixed:  # a choice among numbers, words and switches: Parquet knows one type a column
        typed[name] = typed[name].map(lambda value: None if pd.isna(value) else str(value))
    return typed
