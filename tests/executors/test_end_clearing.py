"""What a search leaves behind where its space keeps little, and what still works then."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import gansearch
from gansearch.errors import StorageError, StudyLockedError
from gansearch.executors.end_clearing import clear_at_end
from gansearch.executors.launch import LaunchOptions, launch, resume, trial_context
from gansearch.reporting import write_report
from gansearch.space import SearchSpace, load_space
from gansearch.space.keep import Keep
from gansearch.storage import Storage
from gansearch.storage.home import study_dir
from gansearch.study import Study, open_readonly
from gansearch.study.clearing import clear_study
from gansearch.trial.final import evaluate_final
from gansearch.trial.restore import restore
from gansearch.trial.workbench import open_workbench

Ring = Callable[..., SearchSpace]
RING = """
name: rings
dataset: {name: ring, train_samples: 640, test_samples: 1000}
generator: {architecture: mlp, layers: 2, width: 16, latent_size: 4}
discriminator: {architecture: mlp, layers: 2, width: 16, dropout: {float: [0.0, 0.5]}}
training: {batch_size: 32, epochs: 2, evaluate_every: 1}
resources: {lanes: 4}
detectors: {mode: shadow}
plan: {kind: search, trials: 4, sampler: random, pruner: none, objective: {metric: frechet_distance}}
"""
LOCAL = LaunchOptions(executor="local")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a study of four trials that keeps everything."""
    folder = tmp_path_factory.mktemp("finished")
    (folder / "rings.yaml").write_text(RING, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANSEARCH_HOME", str(folder / "home"))
        launch(load_space(str(folder / "rings.yaml")), LOCAL)
    return folder / "home"


@pytest.fixture
def storage(finished: Path, gansearch_home: Path) -> Storage:
    """Of a study that may be changed."""
    shutil.copytree(finished, gansearch_home)
    return Storage(study_dir("rings"))


def runs_with(storage: Storage, folder: str) -> dict[str, int]:
    """Files of a folder by run."""
    found: dict[str, int] = {}
    for path in storage.list(folder):
        found[path.split("/")[1]] = found.get(path.split("/")[1], 0) + 1
    return found


def test_a_search_leaves_what_its_space_keeps_and_goes_on_from_there(ring: Ring) -> None:
    said: list[str] = []
    storage = Storage(study_dir("rings"))
    little = {"keep__checkpoints": "best_1", "keep__artifacts": "last"}
    space = ring(plan__trials=4, training__epochs=2, resources__lanes=4, **little)
    result = launch(space, LOCAL, say=said.append)

    assert result.status.best is not None
    best = str(result.status.best.identity)
    assert list(runs_with(storage, "checkpoints")) == [best]
    assert runs_with(storage, "samples") == {f"rings-{number}": 1 for number in range(4)}
    assert any("kept: checkpoints: best_1, artifacts: last; 7 files removed" in sentence for sentence in said)

    again = resume("rings", LOCAL, trials=1)
    assert again.status.counts == {"completed": 5}
    assert len(runs_with(storage, "checkpoints")) == 1
    assert again.report is not None
    assert "samples" in again.report.markdown.read_text(encoding="utf-8")
    evaluations = gansearch.load_study("rings").evaluations
    of_distance = evaluations[evaluations.metric == "frechet_distance"]
    assert list(of_distance[~of_distance.final].number) == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]


def test_what_needs_a_removed_checkpoint_says_so(storage: Storage) -> None:
    clear_study("rings", storage, Keep("none"))

    with open_readonly("rings", storage) as study:
        context = trial_context(study.space, storage, LOCAL)
        assignment, *_ = study.best_assignments(1)
        assert evaluate_final(assignment, context)  # recorded, and so needs no checkpoint any more
        bench = open_workbench(assignment.settings, context)
        with pytest.raises(StorageError, match=r"must have a checkpoint; .*keep: in the space, or gansearch prune"):
            restore(assignment, context, bench)


def test_pruning_by_hand_frees_what_it_said_and_can_be_repeated(storage: Storage) -> None:
    before = sum(storage.size(path) for path in storage.list())
    records = {path: storage.read(path) for path in storage.list("records")}
    keep = Keep(checkpoints=2, artifacts="none")

    planned = clear_study("rings", storage, keep, dry_run=True)
    assert (planned.checkpoints.files, planned.artifacts.files) == (2, 8)
    assert len(runs_with(storage, "checkpoints")) == 4
    storage.delete(storage.list("samples")[0])  # as where it was interrupted
    done = clear_study("rings", storage, keep)
    assert (done.checkpoints, done.artifacts.files) == (planned.checkpoints, 7)
    assert clear_study("rings", storage, keep).files == 0

    assert sorted(done.kept.values()) == ["the best trial", "the best trial but 1"]
    # The journal has grown by two leases.
    assert before - sum(storage.size(path) for path in storage.list()) > 0.9 * 2**20 * planned.mib
    assert {path: storage.read(path) for path in storage.list("records")} == records
    assert write_report("rings", storage).markdown.exists()


def test_a_study_that_is_driven_is_refused_but_can_be_asked(storage: Storage) -> None:
    with Study.open("rings", storage):
        with pytest.raises(StudyLockedError, match="the study 'rings' is driven by"):
            clear_study("rings", storage, Keep("none", "none"))
        assert clear_study("rings", storage, Keep("none", "none"), dry_run=True).checkpoints.files == 4


def test_samples_stay_until_mlflow_has_them(storage: Storage) -> None:
    said: list[str] = []
    with Study.open("rings", storage) as study:
        study._reader.__dict__["space"] = replace(study.space, keep=Keep("none", "none"))
        clear_at_end(study, said.append, is_tracked=False)

    assert said[0] == "samples stay until MLflow has them; remove them later with: gansearch prune rings"
    assert said[1].startswith("kept: checkpoints: none, artifacts: all; 4 files removed")
    assert len(storage.list("samples")) == 8
