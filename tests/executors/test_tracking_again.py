"""MLflow after a search: complete, rebuilt the same, and mended after whatever became of its store meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient

from gansearch.errors import StudyLockedError, StudyNotFoundError, TrackingError
from gansearch.executors.driver import Driver
from gansearch.executors.launch import LaunchOptions, launch, resume
from gansearch.executors.tracking_again import track_study
from gansearch.records import Assignment, LaneReport
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.storage.home import study_dir
from gansearch.study import Study, StudyStatus
from gansearch.study.launches import read_launches
from gansearch.tracking import Experiment, MlflowTracker, default_uri
from gansearch.trial.run import Answer

Ring = Callable[..., SearchSpace]
LOCAL = LaunchOptions(executor="local")
JUNK = b"this is no database " * 5000


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A SQLite store that has just been made."""

    class Nothing:
        def launches(self) -> list[object]:
            return []

    home = tmp_path_factory.mktemp("store")
    tracker = MlflowTracker(Experiment(default_uri(home), "unused", home), Nothing())  # type: ignore[arg-type]
    assert tracker.close(200) == 0
    return (home / "mlflow.db").read_bytes()


@pytest.fixture
def store(gansearch_home: Path, empty_store: bytes) -> Path:
    """The home's store; its migrations would take seconds in each test."""
    gansearch_home.mkdir()
    path = gansearch_home / "mlflow.db"
    path.write_bytes(empty_store)
    return path


def shown(study: str = "rings") -> dict[str, dict[str, Any]]:
    """Everything that MLflow shows of a study's runs, by their names, but what tells two projections apart."""
    client = MlflowClient(default_uri())
    experiment = client.get_experiment_by_name(study)
    runs = client.search_runs([experiment.experiment_id])
    names = {run.info.run_id: run.info.run_name for run in runs}
    assert len(set(names.values())) == len(runs)
    return {run.info.run_name: _described(client, run, names) for run in runs}


def _described(client: MlflowClient, run: Any, names: dict[str, str]) -> dict[str, Any]:
    tags = dict(run.data.tags)
    if "mlflow.parentRunId" in tags:
        tags["mlflow.parentRunId"] = names[tags["mlflow.parentRunId"]]
    folders = (None, "images", "post_mortem")
    files = [each.path for folder in folders for each in client.list_artifacts(run.info.run_id, folder)]
    return {
        "times": (run.info.start_time, run.info.end_time),
        "status": run.info.status,
        "params": run.data.params,
        "tags": tags,
        "files": sorted(path.rpartition("+timestamp+")[0] or path for path in files),
        "metrics": {
            key: [(point.step, point.value, point.timestamp) for point in points]
            for key in sorted(run.data.metrics)
            for points in [client.get_metric_history(run.info.run_id, key)]
        },
    }


def test_a_rebuilt_study_is_as_it_was_live(ring: Ring, store: Path) -> None:
    said: list[str] = []
    result = launch(ring(), LOCAL, say=said.append)
    assert result.tracking.lacking == ()
    assert result.tracking.blocked_s < 0.5
    assert said[-1].startswith("MLflow: the search was held up for 0.")
    assert said[-1].endswith("; it has everything")
    resume("rings", LOCAL, trials=1)
    live = shown()
    assert set(live) == {"launch 1", "launch 2", *(f"rings-{number}" for number in range(4))}
    assert live["rings-0"]["tags"]["mlflow.parentRunId"] == "launch 1"
    assert live["rings-3"]["tags"]["mlflow.parentRunId"] == "launch 2"
    assert live["launch 2"]["status"] == "FINISHED"
    assert live["launch 2"]["files"] == ["findings.html", "findings.md", "launch.json"]

    found = track_study("rings", rebuild=True)
    assert found.is_complete
    assert found.written.runs == 6
    rebuilt = shown()
    # The report belongs to the last finished launch; live it was there before there was another.
    first = live.pop("launch 1"), rebuilt.pop("launch 1")
    assert first[0]["times"] == first[1]["times"]
    assert first[1]["files"] == ["launch.json"]
    assert rebuilt == live
    assert track_study("rings").written.total == 0


@pytest.mark.verify  # the migrations of a new store take seconds
def test_a_store_that_is_deleted_while_the_search_runs(ring: Ring, store: Path) -> None:
    deleted: list[bool] = []

    def delete(status: StudyStatus) -> None:
        if status.counts.get("completed") and not deleted:
            deleted.append(True)
            store.unlink()

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("gansearch.executors.driver.WATCH_EVERY_S", 0.0)
        result = launch(ring(), LOCAL, watch=delete)
    assert deleted
    assert (result.outcome, result.tracking.lacking) == ("finished", ())
    found = track_study("rings")
    assert found.is_complete
    assert found.written.total == 0
    assert found.runs == 3


def test_a_store_that_is_damaged_while_the_search_runs(ring: Ring, store: Path, empty_store: bytes) -> None:
    def damage(status: StudyStatus) -> None:
        if status.counts.get("completed"):
            store.write_bytes(JUNK)

    said: list[str] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("gansearch.executors.driver.WATCH_EVERY_S", 0.0)
        patched.setattr("gansearch.executors.launch_run.HAND_OVER_S", 2.0)
        result = launch(ring(), LOCAL, watch=damage, say=said.append)
    assert result.outcome == "finished"
    assert set(result.tracking.lacking) >= {"rings-1", "rings-2"}
    assert len([sentence for sentence in said if "is damaged (file is not a database)" in sentence]) == 1
    assert "gansearch track rings" in said[-1]
    with pytest.raises(TrackingError, match=r"is damaged \(file is not a database\)"):
        track_study("rings")
    store.write_bytes(empty_store)
    found = track_study("rings", rebuild=True)
    assert found.is_complete
    assert found.runs == 3


def test_what_a_dead_driver_left_undone_is_caught_up_with(ring: Ring, store: Path) -> None:
    report = Driver.report

    def fall(driver: Driver, reports: Sequence[LaneReport], pack: Sequence[Assignment]) -> Answer:
        if any(each.end is not None and each.identity.number == 1 for each in reports):
            raise RuntimeError("the driver falls")
        return report(driver, reports, pack)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Driver, "report", fall)
        patched.setattr("gansearch.executors.launch_run.HAND_OVER_AFTER_FAILURE_S", 0.0)
        patched.setattr("gansearch.tracking.mlflow_tracker.MlflowTracker._work", lambda _: None)
        with pytest.raises(RuntimeError, match="falls"):
            launch(ring(), LOCAL)
    assert [each["outcome"] for each in read_launches(Storage(study_dir("rings")))] == ["failed"]
    result = resume("rings", LOCAL)
    assert result.tracking.lacking == ()
    found = track_study("rings")
    assert found.is_complete
    assert found.written.total == 0
    assert shown()["rings-0"]["tags"]["mlflow.parentRunId"] == "launch 1"


def test_a_study_that_is_driven_is_left_to_its_driver(ring: Ring, store: Path) -> None:
    launch(ring(plan__trials=1), LOCAL)
    with (
        Study.open("rings", Storage(study_dir("rings"))),
        pytest.raises(StudyLockedError, match=r"'rings' is driven by"),
    ):
        track_study("rings")


def test_a_study_that_is_not_there() -> None:
    with pytest.raises(StudyNotFoundError, match="nosuch"):
        track_study("nosuch")
