"""That the checker of the kill tests finds what it looks for."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest
from mlflow import MlflowClient

from gansearch.curves import CurveWriter, Record, read_curve
from gansearch.executors.launch import LaunchOptions, launch
from gansearch.records import TrialIdentity
from gansearch.space import load_space
from gansearch.storage import Storage
from gansearch.storage.home import study_dir
from gansearch.tracking import default_uri
from tests.faults.agreement import Agreement, agreement
from tests.faults.searches import GRID

pytestmark = pytest.mark.verify

STEPS_PER_EPOCH = 5
SMALL = {"training.epochs": 4, "training.evaluate_every": 2, "dataset.train_samples": 32 * STEPS_PER_EPOCH}


def checked(study: str) -> Agreement:
    return agreement(study, steps_per_epoch=STEPS_PER_EPOCH)


def test_tellings_that_disagree_are_found(tmp_path: Path) -> None:
    study = launch(load_space(str(GRID.write(tmp_path)), SMALL), LaunchOptions(executor="local")).name
    found = checked(study)
    assert (found.trials, found.attempts, found.missing, found.recomputed) == (4, 4, 0, 0)
    assert not found.zombies + found.duplicates + found.disagreements

    client = MlflowClient(tracking_uri=default_uri())
    experiment = client.get_experiment_by_name(study)
    runs = {run.info.run_name: run.info.run_id for run in client.search_runs([experiment.experiment_id])}
    client.delete_run(runs["grid-0"])
    client.set_tag(runs["grid-1"], "gansearch.end", "pruned")
    client.log_metric(runs["grid-2"], "frechet_distance", 1.0, step=99)
    client.log_metric(runs["grid-2"], "best_frechet_distance", 0.0, step=99)
    client.log_metric(runs["grid-2"], "final_frechet_distance", 1.0, step=99)
    client.update_run(runs["grid-3"], status="RUNNING")
    write(study, 3, [record for record in records_of(study, 3) if record.kind == "evaluation"][:1])

    found = checked(study)
    assert found.zombies == ("run grid-3 in MLflow",)
    assert found.duplicates == ("grid-3: evaluation (10, 2, 'live', False)",)
    said = "\n".join(found.disagreements)
    for expected in (
        "grid-0: no run in MLflow",
        "grid-1: MLflow: the tag end is 'pruned', elsewhere 'completed'",
        "grid-2: MLflow: the metric frechet_distance is",
        "grid-2: MLflow: the metric best_frechet_distance is",
        "grid-2: MLflow: the metric final_frechet_distance is",
        "grid-3: MLflow: status RUNNING of a trial that ended as completed",
        "grid-3: evaluation after the end of attempt 0",
    ):
        assert expected in said

    kept = list(itertools.takewhile(lambda record: record.kind != "evaluation", records_of(study, 1)))
    Storage(study_dir(study)).delete(f"records/{study}-1.records")
    write(study, 1, kept)
    found = checked(study)
    assert sum(record.kind == "signals" for record in kept) == 2
    assert found.missing == 2 * STEPS_PER_EPOCH + 2  # and two evaluations
    assert any("grid-1: it ended as None in its record" in said for said in found.disagreements)


def records_of(study: str, number: int) -> list[Record]:
    return read_curve(Storage(study_dir(study)), TrialIdentity(study, number))[0]


def write(study: str, number: int, records: Sequence[Record]) -> None:
    """Append records to those of a trial."""
    writer = CurveWriter(Storage(study_dir(study)), TrialIdentity(study, number), 0)
    for record in records:
        writer.append(record)
    writer.close()
