"""A study of an earlier version is read as it is, and driven on. ``tests/study/format_1`` was made by 0.1.0 at b65d6d1.

Of its three trials the first has ended, the second was killed after its first checkpoint, the third had not begun.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

import gansearch
from gansearch.curves import Curve, read_curve
from gansearch.errors import StudyError
from gansearch.executors.launch import LaunchOptions, resume
from gansearch.records import TrialIdentity
from gansearch.storage import Storage
from gansearch.storage.home import study_dir
from gansearch.study import Study, formats, open_readonly
from gansearch.study.metadata import ATTRIBUTE
from gansearch.trial import checkpoints

ARCHIVE = Path(__file__).parents[1] / "study" / "format_1" / "rings.tar.gz"


@pytest.fixture(autouse=True)
def old_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Storage:
    monkeypatch.setenv("GANSEARCH_HOME", str(tmp_path))
    (tmp_path / "studies").mkdir()
    subprocess.run(["tar", "-xzf", ARCHIVE, "-C", tmp_path / "studies"], check=True)
    return Storage(study_dir("rings"))


def curve_of(storage: Storage, number: int) -> Curve:
    return Curve.of(read_curve(storage, TrialIdentity("rings", number))[0])


def format_of(storage: Storage) -> object:
    with open_readonly("rings", storage) as reader:
        return reader.attributes[ATTRIBUTE]["format"]


def test_reading_changes_nothing(old_study: Storage) -> None:
    before = {path: old_study.read(path) for path in old_study.list()}
    trials = gansearch.load_study("rings").trials
    assert list(trials.end[:1]) == ["completed"]
    assert checkpoints.saved_step(old_study, TrialIdentity("rings", 1)) == 20
    assert {path: old_study.read(path) for path in old_study.list()} == before
    assert format_of(old_study) == 1


def test_it_is_driven_on_from_its_checkpoints(old_study: Storage) -> None:
    before = curve_of(old_study, 1)
    result = resume("rings", LaunchOptions(executor="local"))
    assert result.status.counts == {"completed": 3}
    assert format_of(old_study) == formats.FORMAT
    after = curve_of(old_study, 1)
    assert (after.attempts[-1]["from_step"], after.steps) == (20, 40)
    np.testing.assert_array_equal(after.signals["d_loss"][:20], before.signals["d_loss"][:20])
    assert old_study.list("checkpoints") == [
        "checkpoints/rings-0.safetensors",
        "checkpoints/rings-1/1-40.safetensors",
        "checkpoints/rings-2/0-40.safetensors",
    ]


def test_a_study_of_a_newer_version_is_refused(old_study: Storage) -> None:
    with Study.open("rings", old_study) as study:
        reader = study._reader
        said = {**reader.attributes[ATTRIBUTE], "format": formats.FORMAT + 1, "colour": "green"}
        reader.database.optuna.set_study_user_attr(reader.study_id, ATTRIBUTE, said)
    with pytest.raises(StudyError, match="'rings' must be of format 1 to 2; it is of format 3: a newer gansearch"):
        Study.open("rings", old_study)
