from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gansearch
from gansearch.curves import Curve, read_curve
from gansearch.errors import StudyError
from gansearch.executors.launch import LaunchOptions, extend, launch, resume
from gansearch.records import TrialIdentity
from gansearch.space import SearchSpace, parse_space
from gansearch.storage import Storage
from gansearch.storage.home import study_dir
from gansearch.storage.place import VARIABLE, study_storage
from gansearch.study import Study, extension, open_readonly
from gansearch.trial import checkpoints

LOCAL = LaunchOptions(executor="local")
YAML = """
name: rings
dataset: {name: ring}
generator: {layers: 1, width: 16, latent_size: 4, init: he}
discriminator: {layers: 1, width: 16}
optimizer: {generator: {lr: {choice: [1e-3, 1e-4]}}}
training: {batch_size: 1000, epochs: 4, evaluate_every: 2}
plan: {kind: grid, objective: {metric: frechet_distance}}
detectors: {mode: off}
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANSEARCH_HOME", str(tmp_path))


def space(**overrides: object) -> SearchSpace:
    return parse_space(YAML, "rings.yaml", {key.replace("__", "."): value for key, value in overrides.items()})


def curve_of(study: str, number: int) -> Curve:
    return Curve.of(read_curve(Storage(study_dir(study)), TrialIdentity(study, number))[0])


@pytest.mark.verify
def test_an_extension_is_the_run_that_the_trial_would_have_been() -> None:
    launch(space(), LOCAL)
    before = curve_of("rings", 1)
    result = extend("rings", 1, "2x", LOCAL)
    assert result.outcome == "finished"
    assert (result.status.trials, result.status.trials_wanted) == (3, 3)

    launch(space(training__epochs=8), LaunchOptions(executor="local", name="longer", seed=0))
    extended, whole = curve_of("rings", 2), curve_of("longer", 1)
    for name, values in whole.signals.items():
        np.testing.assert_array_equal(extended.signals[name], values)
    assert [done.metrics for done in extended.evaluations if not done.final][-2:] == [
        done.metrics for done in whole.evaluations if not done.final
    ][-2:]
    assert curve_of("rings", 1).attempts == before.attempts

    trials = gansearch.load_study("rings").trials
    assert list(trials.end) == ["completed"] * 3
    with open_readonly("rings", Storage(study_dir("rings"))) as reader:
        row = reader.trials()[2]
        assert row.extension == extension.Extension(of=1, origin=1, epochs=8)
        assert (reader.assignment(row).settings["training.epochs"], reader.assignment(row).extended_from) == (8, 1)
        assert reader.assignment(row).seed == reader.assignment(reader.trials()[1]).seed

    further = extend("rings", 2, "+1", LOCAL)
    assert further.status.trials == 4
    with open_readonly("rings", Storage(study_dir("rings"))) as reader:
        assert reader.trials()[3].extension == extension.Extension(of=2, origin=1, epochs=9)
        assert reader.trials()[3].epoch == 9


def test_an_extension_whose_driver_dies_goes_on_with_resume() -> None:
    launch(space(), LOCAL)
    with Study.open("rings", Storage(study_dir("rings"))) as study:
        assert study.extend_trial(0, "+2") == 2
        assert study.runs_left == 1
    result = resume("rings", LOCAL)
    assert result.status.counts == {"completed": 3}
    assert curve_of("rings", 2).attempts[-1]["from_step"] == curve_of("rings", 0).steps


def test_a_study_may_lie_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, f"memory://extended{tmp_path.as_posix()}")
    monkeypatch.setenv("GANSEARCH_DATABASE", f"sqlite:///{tmp_path}/decisions.db")
    launch(space(), LOCAL)
    result = extend("rings", 0, "2x", LOCAL)
    assert result.status.counts == {"completed": 3}
    storage = study_storage("rings")
    old, new = (Curve.of(read_curve(storage, TrialIdentity("rings", number))[0]) for number in (0, 2))
    assert (old.steps, new.steps) == (new.attempts[-1]["from_step"], 2 * old.steps)
    np.testing.assert_array_equal(new.signals["d_loss"][: old.steps], old.signals["d_loss"])
    assert [path.rpartition("/")[0] for path in storage.list("records")] == [f"records/rings-{i}" for i in range(3)]


def test_what_cannot_be_extended_is_told() -> None:
    launch(space(), LOCAL)
    storage = Storage(study_dir("rings"))

    def refused(number: int, epochs: str) -> Any:
        with Study.open("rings", storage) as study:
            return study.extend_trial(number, epochs)

    with pytest.raises(StudyError, match="'rings' has 2 trials, from number 0; got 5"):
        refused(5, "10x")
    with pytest.raises(StudyError, match="rings-0 must have more epochs than it was trained for, 4; got 4"):
        refused(0, "1x")
    checkpoints.delete(storage, TrialIdentity("rings", 0))
    with pytest.raises(StudyError, match="must have a checkpoint; rings-0 has none"):
        refused(0, "10x")
    assert len(gansearch.load_study("rings").trials) == 2


def test_a_trial_that_has_not_ended_cannot_be_extended(tmp_path: Path) -> None:
    with Study.create(space(), name="s", storage=Storage(tmp_path / "s"), seed=0) as study:
        study.ask()
        with pytest.raises(StudyError, match="must have ended; s-0 has not"):
            study.extend_trial(0, "10x")
