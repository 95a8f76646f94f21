"""A study as pandas frames: trials, evaluations, signals, findings."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gansearch.records import Protocol, reals_seen
from gansearch.reporting.loading import load_material
from gansearch.reporting.material import StudyMaterial, TrialMaterial
from gansearch.reporting.signal_windows import Windows
from gansearch.storage import Storage

TRIAL_COLUMNS = ["identity", "number", "replicate", "end", "kind", "reason", "epoch", "step", "seconds"]
TRIAL_COLUMNS += ["evaluation_seconds", "reals_seen", "attempts", "seed"]
EVALUATION_COLUMNS = ["identity", "number", "replicate", "step", "epoch", "generator", "final", "metric", "value"]
PROTOCOL_COLUMNS = [field.name for field in fields(Protocol)]
EVALUATION_COLUMNS += [*PROTOCOL_COLUMNS, "cost_s"]
METRIC_COLUMNS = ["metric", "value", *PROTOCOL_COLUMNS]
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
    findings = [row for trial in material.trials for row in _finding_rows(trial)]
    return StudyFrames(
        _typed(pd.DataFrame(trials, columns=[*TRIAL_COLUMNS, *dict.fromkeys([*objectives, *paths])])),
        _typed(_evaluation_frame(material.trials)),
        _typed(_signal_frame(material.trials)),
        _typed(pd.DataFrame(findings, columns=FINDING_COLUMNS)),
    )


def write_frames(frames: StudyFrames, storage: Storage, folder: str) -> None:
    """Write ``trials.parquet``, ``evaluations.parquet``, ``signals.parquet`` and ``findings.parquet``."""
    for field in fields(frames):
        packed = io.BytesIO()
        getattr(frames, field.name).to_parquet(packed, index=False)
        storage.write(f"{folder}/{field.name}.parquet", packed.getvalue())


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


def _evaluation_frame(trials: Sequence[TrialMaterial]) -> pd.DataFrame:
    """A row per metric; made by columns, since a dictionary per row takes a gigabyte of 500 runs."""
    every = [(trial, done) for trial in trials for done in trial.curve.evaluations]
    metrics = [metric for _, done in every for metric in done.metrics]
    repeats = np.array([len(done.metrics) for _, done in every], dtype=np.int64)
    rows = [
        {
            **_who(trial),
            "step": e.step,
            "epoch": e.epoch,
            "generator": e.generator,
            "final": e.final,
            "cost_s": e.cost_s,
        }
        for trial, e in every
    ]
    shared = pd.DataFrame(rows, columns=[name for name in EVALUATION_COLUMNS if name not in METRIC_COLUMNS])
    frame = shared.loc[shared.index.repeat(repeats)].reset_index(drop=True)
    frame["metric"], frame["value"] = [m.name for m in metrics], [m.value for m in metrics]
    places: dict[Protocol, int] = {}
    place = [places.setdefault(metric.protocol, len(places)) for metric in metrics]
    protocols = pd.DataFrame([vars(protocol) for protocol in places], columns=PROTOCOL_COLUMNS)
    return frame.join(protocols.iloc[place].reset_index(drop=True))[EVALUATION_COLUMNS]


def _finding_rows(trial: TrialMaterial) -> list[dict[str, object]]:
    return [
        {
            **_who(trial),
            **{name: value for name, value in vars(finding).items() if name != "evidence"},
            "stopped": finding == trial.curve.stopped_by,
        }
        for finding in trial.curve.findings
    ]


def _signal_frame(trials: Sequence[TrialMaterial]) -> pd.DataFrame:
    """A row per window; made by columns, since a frame per run takes a second of 500 runs."""
    parts = [(trial, trial.signal_windows) for trial in trials if trial.signal_windows]
    if not parts:
        return pd.DataFrame(columns=SIGNAL_COLUMNS)
    steps = [max((steps for steps, _ in windows.values()), key=len) for _, windows in parts]
    lengths = [len(each) for each in steps]
    who = pd.DataFrame([_who(trial) for trial, _ in parts])
    frame = who.loc[who.index.repeat(lengths)].reset_index(drop=True)
    epochs = [own / trial.steps_per_epoch for (trial, _), own in zip(parts, steps, strict=True)]
    columns = {"step": np.concatenate(steps), "epoch": np.concatenate(epochs)}
    for name in dict.fromkeys(name for _, windows in parts for name in windows):
        found = [_padded(windows.get(name), length) for (_, windows), length in zip(parts, lengths, strict=True)]
        columns[name] = np.concatenate(found)
    return pd.concat([frame, pd.DataFrame(columns)], axis=1)


def _padded(windows: Windows | None, length: int) -> NDArray[np.floating[Any]]:
    """The means of one signal, with NaN where it has fewer windows than another, or none."""
    means = np.zeros(0) if windows is None else windows[1]
    return means if len(means) == length else np.pad(means, (0, length - len(means)), constant_values=np.nan)


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
