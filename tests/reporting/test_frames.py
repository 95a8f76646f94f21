"""Frames, and Parquet there and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from gansearch.records import Setting
from gansearch.reporting.frames import StudyFrames, frames_of, write_frames
from gansearch.reporting.material import StudyMaterial, TrialMaterial
from gansearch.storage import Storage


def test_a_row_per_trial_with_its_parameters(mixed_study: StudyMaterial) -> None:
    trials = frames_of(mixed_study).trials.set_index("number")
    assert len(trials) == 14
    assert trials.loc[3, "objective.frechet_distance"] == pytest.approx(45.3, abs=1e-9)
    assert bool(trials["objective.frechet_distance"].isna().loc[11])
    assert trials.loc[11, "kind"] == "mode_collapse"
    assert trials.loc[13, "end"] == "running"
    assert trials.loc[0, "generator.activation"] == "relu"
    assert trials.loc[5, "seed"] == 2**62 + 5
    assert trials.loc[10, "epoch"] == pytest.approx(6.0, abs=1e-9)


def test_evaluations_and_findings(mixed_study: StudyMaterial) -> None:
    frames = frames_of(mixed_study)
    first = frames.evaluations.query("number == 0 and metric == 'frechet_distance'")
    assert list(first["epoch"]) == list(range(2, 21, 2))
    assert set(first["extractor_hash"]) == {"0a1b2c3d4e5f"}
    assert list(frames.findings["kind"]) == ["mode_collapse"]
    assert bool(frames.findings["stopped"].iloc[0])


def test_signals_are_thinned_to_window_means(mixed_study: StudyMaterial) -> None:
    signals = frames_of(mixed_study).signals.query("number == 0")
    assert len(signals) == 200
    assert signals["epoch"].iloc[-1] == pytest.approx(20.0, abs=1e-9)


def test_parquet_there_and_back(mixed_study: StudyMaterial, storage: Storage) -> None:
    frames = frames_of(mixed_study)
    write_frames(frames, storage, "report/frames")
    folder = storage.local_path("report/frames")
    assert folder is not None
    for name in ("trials", "evaluations", "signals", "findings"):
        read = pd.read_parquet(folder / f"{name}.parquet")
        pd.testing.assert_frame_equal(read, getattr(frames, name), check_dtype=False)


def test_a_study_without_trials_has_empty_frames_with_columns(
    make_study: Callable[..., StudyMaterial], storage: Storage
) -> None:
    frames = frames_of(make_study())
    assert isinstance(frames, StudyFrames)
    assert len(frames.trials) == len(frames.evaluations) == len(frames.signals) == len(frames.findings) == 0
    assert {"identity", "end", "objective.frechet_distance", "generator.layers"} <= set(frames.trials)
    write_frames(frames, storage, "report/frames")
    assert len(storage.list("report/frames")) == 4


def test_a_choice_of_mixed_types_survives_parquet(
    make_trial: Callable[..., TrialMaterial], make_study: Callable[..., StudyMaterial], storage: Storage
) -> None:
    chosen: tuple[Setting, ...] = ("two", 3, False)
    trials = [
        replace(make_trial(number), parameters={"generator.layers": layers}) for number, layers in enumerate(chosen)
    ]
    frames = frames_of(make_study(*trials))
    write_frames(frames, storage, "frames")
    assert list(frames.trials["generator.layers"]) == ["two", "3", "False"]
