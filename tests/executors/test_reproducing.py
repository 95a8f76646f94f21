"""A run trained again is the run that was recorded; a record that was changed is found out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gansearch.curves import Curve, CurveWriter, Record, read_curve
from gansearch.errors import StudyError, StudyNotFoundError
from gansearch.executors.reproducing import reproduce
from gansearch.records import TrialIdentity
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.study import open_readonly
from gansearch.testing.studies import run_study

Ring = Callable[..., SearchSpace]
SMALL: dict[str, Any] = {"plan__trials": 2, "training__epochs": 2, "tricks__ema__enabled": True}


def files(storage: Storage) -> dict[str, bytes]:
    return {path: storage.read(path) for path in storage.list()}


def test_a_run_again_is_the_run_and_the_study_stays_as_it_was(ring: Ring) -> None:
    storage = run_study(ring(**SMALL), "rings")
    before = files(storage)
    found = reproduce("rings", 1)
    assert found.difference is None
    assert found.is_equal
    assert found.is_exact
    assert (found.recorded.steps, found.recorded_steps, found.evaluations) == (40, 40, 2)
    assert (found.lanes, found.origins) == (1, ())
    assert files(storage) == before


def test_some_steps_and_a_folder_to_keep(ring: Ring, tmp_path: Path) -> None:
    run_study(ring(**SMALL), "rings")
    found = reproduce("rings", 0, steps=25, out=tmp_path / "again")
    assert found.is_equal
    assert (found.recorded.steps, found.again.steps, found.evaluations) == (25, 25, 1)
    kept = Curve.of(read_curve(Storage(tmp_path / "again"), TrialIdentity("single", 0))[0])
    assert kept.steps == 40
    with pytest.raises(StudyError, match=r"again must be an empty folder, or not exist; it holds something"):
        reproduce("rings", 0, out=tmp_path / "again")


def test_a_lane_of_a_pack_is_trained_alone(ring: Ring) -> None:
    run_study(ring(**SMALL), "rings", lanes=2)
    found = reproduce("rings", 1)
    assert (found.lanes, found.is_exact) == (2, True)
    assert found.is_equal, found.difference
    assert [(one.name, one.one, one.other) for one in found.origins] == [("lanes", (2,), (1,))]


def test_a_run_that_was_interrupted_is_one_curve(ring: Ring) -> None:
    storage = run_study(ring(**SMALL), "rings")
    identity = TrialIdentity("rings", 0)
    records, _ = read_curve(storage, identity)
    begun = next(record for record in records if record.kind == "attempt")
    writer = CurveWriter(storage, identity, 1)
    writer.append(Record("attempt", 1, {**begun.payload, "from_step": 20}))
    for record in records:
        if record.kind == "signals" and record.payload["first_step"] == 20:
            writer.append(Record("signals", 1, record.payload))
    writer.close()
    found = reproduce("rings", 0)
    assert found.recorded.steps == 40
    assert [done.step for done in found.recorded.evaluations] == [20]
    assert str(found.difference).startswith("evaluation at step 40: nothing recorded, 2 again")
    assert reproduce("rings", 0, steps=39).is_equal


def test_a_changed_number_is_found(ring: Ring) -> None:
    storage = run_study(ring(**SMALL), "rings")
    writer = CurveWriter(storage, TrialIdentity("rings", 0), 0)
    writer.append(Record("signals", 0, {"first_step": 30, "names": ["d_loss"], "values": {"d_loss": np.ones(10)}}))
    writer.close()
    found = reproduce("rings", 0)
    assert found.difference is not None
    assert (found.difference.name, found.difference.step, found.difference.recorded) == ("d_loss", 31, 1.0)
    assert not found.is_equal


def test_what_cannot_be_trained_again_is_refused(ring: Ring) -> None:
    with pytest.raises(StudyNotFoundError, match="there is no study 'nosuch'"):
        reproduce("nosuch", 0)
    storage = run_study(ring(**{**SMALL, "plan__replicates": 2, "plan__trials": 1}), "twice")
    with pytest.raises(StudyError, match=r"trial 0 of 'twice' has the replicates 0 to 1, .* none was named"):
        reproduce("twice", 0)
    with pytest.raises(StudyError, match=r"must have a trial 7 that has begun; there are 0 to 0"):
        reproduce("twice", 7)
    assert reproduce("twice", 0, replicate=1, steps=20).is_equal
    for path in storage.list("records"):
        storage.delete(path)
    with pytest.raises(StudyError, match=r"twice-0-r0 must have recorded steps to compare with; it has none"):
        reproduce("twice", 0, replicate=0)


def test_a_run_that_a_detector_stopped_stops_again(ring: Ring) -> None:
    wrong = {
        "optimizer__generator__lr": 10,
        "optimizer__discriminator__lr": 10,
        "optimizer__discriminator__name": "sgd",
    }
    run_study(
        ring(**{**SMALL, "plan__trials": 1, "training__epochs": 20, "detectors__mode": "enforce", **wrong}), "dead"
    )
    with open_readonly("dead", Storage(run_folder("dead"))) as study:
        assert str(study.trials()[0].end) in ("diverged", "collapsed")
    found = reproduce("dead", 0)
    assert found.is_equal, found.difference
    assert found.again.end is not None
    assert found.recorded.end is not None
    assert found.again.end.end is found.recorded.end.end


def run_folder(name: str) -> Path:
    from gansearch.storage.home import study_dir

    return study_dir(name)
