"""A study whose records lie in an object store and whose decisions lie in a database: any machine goes on with it."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import gansearch
from gansearch.curves import Curve, read_curve
from gansearch.errors import StudyError
from gansearch.executors.launch import LaunchOptions, extend, launch, resume
from gansearch.records import TrialIdentity
from gansearch.space import SearchSpace
from gansearch.storage.place import VARIABLE, study_storage
from gansearch.study import StudyStatus

Ring = Callable[..., SearchSpace]
LOCAL = LaunchOptions(executor="local", name="rings")


@pytest.fixture
def rings(ring: Ring) -> SearchSpace:
    return ring(training__epochs=16, training__evaluate_every=2)


@pytest.fixture
def undisturbed(rings: SearchSpace) -> list[Curve]:
    launch(rings, LOCAL)
    return curves()


@pytest.fixture
def machine(s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes this process one of that machine, whose home no other sees."""
    monkeypatch.setenv(VARIABLE, s3)
    monkeypatch.setenv("GANSEARCH_DATABASE", f"sqlite:///{tmp_path}/decisions.db")
    return lambda name: monkeypatch.setenv("GANSEARCH_HOME", str(tmp_path / name))


def curves(trials: int = 3) -> list[Curve]:
    """Of the first trials."""
    return [Curve.of(read_curve(study_storage("rings"), TrialIdentity("rings", each))[0]) for each in range(trials)]


def objects() -> Counter[str]:
    """That hold the records of each run."""
    return Counter(path.split("/")[1] for path in study_storage("rings").list("records"))


def interrupter() -> Callable[[StudyStatus], None]:
    """Ctrl-C, once something has been trained; a second one would not wait for checkpoints."""
    left = iter([signal.SIGINT])

    def watch(status: StudyStatus) -> None:
        for each in left if status.epochs > 0 else ():
            signal.raise_signal(each)

    return watch


@pytest.mark.verify
def test_another_machine_goes_on(
    undisturbed: list[Curve], machine: Callable[[str], None], rings: SearchSpace, tmp_path: Path
) -> None:
    machine("first")
    begun = launch(rings, LOCAL, watch=interrupter())
    assert begun.outcome == "interrupted"

    machine("second")
    ended = resume("rings", LOCAL)
    assert ended.outcome == "finished"
    assert ended.status.counts == {"completed": 3}
    for whole, found in zip(undisturbed, curves(), strict=True):
        np.testing.assert_array_equal(whole.signals["g_loss"], found.signals["g_loss"])
        assert [done.metrics for done in whole.evaluations] == [done.metrics for done in found.evaluations]
    assert ended.report is not None
    assert ended.report.markdown.is_relative_to(tmp_path / "second")
    assert gansearch.load_study("rings").trials.end.tolist() == ["completed"] * 3
    assert objects() == {f"rings-{number}": 1 for number in range(3)}


@pytest.mark.verify
def test_another_machine_extends_a_trial(machine: Callable[[str], None], ring: Ring) -> None:
    machine("first")
    launch(ring(plan__trials=1, training__epochs=2), LOCAL)
    machine("second")
    assert extend("rings", 0, "2x", LOCAL).status.counts == {"completed": 2}
    old, new = curves(2)
    assert (old.steps, new.steps) == (new.attempts[-1]["from_step"], 2 * old.steps)
    np.testing.assert_array_equal(new.signals["g_loss"][: old.steps], old.signals["g_loss"])
    assert objects() == {"rings-0": 1, "rings-1": 1}


def test_decisions_need_a_database(
    machine: Callable[[str], None], rings: SearchSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GANSEARCH_DATABASE")
    with pytest.raises(StudyError, match="s3://studies/of-all/rings is not on this machine, so its decisions need"):
        launch(rings, LOCAL)
