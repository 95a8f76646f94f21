"""Studies made of what the runner has trained: decisions, runs in MLflow, the report; partial, again, and resumed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import mlflow
import numpy as np
import pytest
from optuna.trial import FrozenTrial, TrialState

from gansearch.curves import Curve, read_curve
from gansearch.errors import SpecError, StudyError, StudyExistsError, StudyLockedError
from gansearch.executors.importing import ImportResult, import_folder
from gansearch.executors.launch import LaunchOptions, Say, launch, resume
from gansearch.executors.listing import list_of
from gansearch.plugins import load_file
from gansearch.records import End, LaneReport, TrialIdentity
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.storage.home import study_dir
from gansearch.storage.place import VARIABLE, study_storage
from gansearch.study import Study, TrialRow, open_readonly
from gansearch.trial.list_run import ListRun
from gansearch.trial.runner_folder import context_of, runner_folder
from gansearch.trial.spec import Spec, to_text

Ring = Callable[..., SearchSpace]
Import = Callable[..., ImportResult]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """One MLflow store for all tests: a new one takes seconds."""
    return f"sqlite:///{tmp_path_factory.mktemp('mlflow')}/mlflow.db"


@pytest.fixture
def local(store: str) -> LaunchOptions:
    return LaunchOptions(executor="local", tracking_uri=store)


@pytest.fixture
def take(store: str, tmp_path: Path) -> Import:
    """Imports the folder ``run``, or another, under a name."""

    def run(name: str, folder: str = "run", say: Say | None = None) -> ImportResult:
        return import_folder(tmp_path / folder, name, tracking_uri=store, say=say)

    return run


def train(spec: Spec, folder: Path, *, lanes: int = 4, packs: int | None = None) -> None:
    """Train the list; with ``packs``, the last of so many packs is stopped after its first epoch."""
    seen: set[TrialIdentity] = set()

    def watch(reports: Sequence[LaneReport]) -> None:
        seen.update(report.identity for report in reports)

    def stop() -> End | None:
        return End.BUDGET if packs is not None and len(seen) > (packs - 1) * lanes else None

    with runner_folder(folder, spec) as storage:
        context = replace(context_of(spec, storage), heartbeat_s=0.0)
        ListRun(spec.assignments, storage, context, stop=stop, watch=watch).run(lanes)


def rows_of(name: str) -> list[TrialRow]:
    with open_readonly(name, Storage(study_dir(name))) as study:
        return study.trials()


def frozen_of(name: str) -> list[FrozenTrial]:
    with open_readonly(name, Storage(study_dir(name))) as study:
        return study.frozen()


def curve_of(study: str, number: int, replicate: int | None = None) -> Curve:
    identity = TrialIdentity(study, number, replicate)
    return Curve.of(read_curve(Storage(study_dir(study)), identity)[0])


def same(mine: Curve, other: Curve) -> None:
    assert set(mine.signals) == set(other.signals)
    for name, values in other.signals.items():
        np.testing.assert_array_equal(mine.signals[name], values)
    assert [done.metrics for done in mine.evaluations] == [done.metrics for done in other.evaluations]


@pytest.mark.verify
def test_an_imported_study_is_as_if_it_had_driven_its_trials(
    ring: Ring, tmp_path: Path, take: Import, local: LaunchOptions
) -> None:
    space = ring(plan__trials=4)
    launch(space, replace(local, name="driven"))
    train(list_of(space, name="elsewhere"), tmp_path / "run", lanes=1)
    result = take("imported")

    assert result.is_new
    assert result.status.counts == {"completed": 4}
    for told, known in zip(frozen_of("imported"), frozen_of("driven"), strict=True):
        assert (told.state, told.params, told.values) == (known.state, known.params, known.values)
        assert told.intermediate_values == known.intermediate_values
    for number in range(4):
        mine, other = curve_of("imported", number), curve_of("driven", number)
        mine.evaluations = [done for done in mine.evaluations if not done.final]
        other.evaluations = [done for done in other.evaluations if not done.final]
        same(mine, other)


def test_runs_and_report_are_made(ring: Ring, tmp_path: Path, take: Import, store: str) -> None:
    train(list_of(ring()), tmp_path / "run")
    result = take("shown")

    assert result.report.markdown.is_file()
    assert "`shown-" in result.report.markdown.read_text(encoding="utf-8")
    client = mlflow.MlflowClient(store)
    experiment = client.get_experiment_by_name("shown")
    runs = client.search_runs([experiment.experiment_id])
    trials = {run.data.tags["gansearch.identity"]: run for run in runs if run.data.tags["gansearch.kind"] == "trial"}
    assert sorted(trials) == ["shown-0", "shown-1", "shown-2"]
    for run in trials.values():
        assert run.info.status == "FINISHED"
        assert run.data.tags["gansearch.end"] == "completed"
        assert "frechet_distance" in run.data.metrics
        assert {path.path for path in client.list_artifacts(run.info.run_id)} >= {"settings.json"}


def test_what_rests_is_resumed_bit_for_bit(ring: Ring, tmp_path: Path, take: Import, local: LaunchOptions) -> None:
    spec = list_of(ring(plan__trials=4, generator__init="he"))
    train(spec, tmp_path / "whole", lanes=2)
    take("whole", "whole")
    train(spec, tmp_path / "part", lanes=2, packs=1)
    result = take("part", "part")

    assert result.status.counts == {"budget": 2, "waiting": 2}
    assert [row.epoch for row in rows_of("part")] == [1, 1, 0, 0]
    assert [trial.state for trial in frozen_of("part")] == [TrialState.RUNNING] * 2 + [TrialState.WAITING] * 2
    assert resume("part", local).outcome == "finished"
    assert [row.attempt for row in rows_of("part")] == [1, 1, 0, 0]
    for number in range(4):
        mine, other = curve_of("part", number), curve_of("whole", number)
        mine.evaluations = [done for done in mine.evaluations if not done.final]
        same(mine, other)
    assert [row.values for row in rows_of("part")] == [row.values for row in rows_of("whole")]


def test_importing_again_takes_what_has_come_since(ring: Ring, tmp_path: Path, take: Import, store: str) -> None:
    spec = list_of(ring(plan__trials=4))
    for packs in (1, 2, None, None):
        train(spec, tmp_path / "run", lanes=1, packs=packs)
        result = take("again")
    assert not result.is_new
    assert result.status.counts == {"completed": 4}
    assert len(frozen_of("again")) == 4
    client = mlflow.MlflowClient(store)
    runs = client.search_runs([client.get_experiment_by_name("again").experiment_id])
    assert [run.data.tags["gansearch.kind"] for run in runs].count("trial") == 4
    (first,) = [run for run in runs if run.data.tags.get("gansearch.identity") == "again-0"]
    history = client.get_metric_history(first.info.run_id, "frechet_distance")
    assert [point.step for point in history] == [20, 40, 60, 80]


@pytest.mark.verify
def test_the_pruner_is_not_asked_about_what_was_run_without_it(ring: Ring, tmp_path: Path, take: Import) -> None:
    space = ring(plan__trials=4, plan__pruner={"name": "median", "n_startup_trials": 0, "n_warmup_steps": 0})
    spec = list_of(space)
    train(spec, tmp_path / "run", lanes=4, packs=1)
    take("unpruned")
    assert all("pruned_at" not in trial.user_attrs for trial in frozen_of("unpruned"))
    train(spec, tmp_path / "run", lanes=4)
    assert take("unpruned").status.counts == {"completed": 4}


def test_how_trials_end_is_told_by_the_one_table(ring: Ring, tmp_path: Path, take: Import) -> None:
    space = ring(
        optimizer={
            "generator": {"name": "sgd", "lr": {"choice": [0.001, 10.0]}},
            "discriminator": {"name": "sgd", "lr": 1.0},
        },
        generator__init="he",
        discriminator__dropout=0.0,
        plan={"kind": "grid", "objective": "frechet_distance", "replicates": 2},
        detectors={"mode": "enforce"},
    )
    spec = list_of(space)
    assert spec.final_evaluation
    train(spec, tmp_path / "run")
    take("grid")
    lives, dies = frozen_of("grid")
    assert (lives.state, dies.state) == (TrialState.COMPLETE, TrialState.PRUNED)
    assert (lives.constraints, dies.constraints) == ({}, {"died": 1.0})
    assert [row.end for row in rows_of("grid")] == [End.COMPLETED] * 2 + [End.DIVERGED] * 2
    assert Storage(study_dir("grid")).exists("post_mortem/grid-1-r0/finding.json")
    assert lives.values is not None
    values = [row.value for row in rows_of("grid")[:2]]
    assert lives.values[0] == pytest.approx(sum(each for each in values if each is not None) / 2, rel=1e-12)


def test_a_study_may_lie_elsewhere(
    ring: Ring, tmp_path: Path, take: Import, local: LaunchOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = list_of(ring(plan__trials=2, generator__init="he"))
    monkeypatch.setenv(VARIABLE, f"memory://imported{tmp_path.as_posix()}")
    train(spec, tmp_path / "run", lanes=1, packs=1)
    with pytest.raises(StudyError, match="is not on this machine, so its decisions need a database"):
        take("elsewhere")
    assert study_storage("elsewhere").list() == []
    monkeypatch.setenv("GANSEARCH_DATABASE", f"sqlite:///{tmp_path}/decisions.db")
    assert take("elsewhere").status.counts == {"budget": 1, "waiting": 1}
    train(spec, tmp_path / "run", lanes=1, packs=2)
    result = take("elsewhere")
    assert (result.is_new, result.status.counts) == (False, {"completed": 1, "budget": 1})
    assert resume("elsewhere", local).status.counts == {"completed": 2}
    train(spec, tmp_path / "run", lanes=1)
    said: list[str] = []
    take("elsewhere", say=said.append)
    assert "elsewhere-1 is left as it is: the study has gone on with it by itself" in said
    for number in range(2):
        mine, other = (
            Curve.of(read_curve(storage, TrialIdentity(name, number))[0])
            for storage, name in ((study_storage("elsewhere"), "elsewhere"), (Storage(tmp_path / "run"), "rings"))
        )
        mine.evaluations = [done for done in mine.evaluations if not done.final]
        same(mine, other)
    assert len(study_storage("elsewhere").list("records")) == 2


def test_failures_and_plug_ins_come_along(ring: Ring, tmp_path: Path, explosive: Path, take: Import) -> None:
    load_file(explosive)
    spec = list_of(ring(generator__init="he", tricks={"explosive": {"enabled": True}}), plugins=(explosive,))
    train(spec, tmp_path / "run")
    assert take("failed").status.counts == {"failed": 3}
    assert [trial.state for trial in frozen_of("failed")] == [TrialState.FAIL] * 3
    assert Storage(study_dir("failed")).exists("plugins/explosive.py")


@pytest.mark.verify
def test_a_study_that_went_on_keeps_what_it_did(ring: Ring, tmp_path: Path, take: Import, local: LaunchOptions) -> None:
    spec = list_of(ring())
    train(spec, tmp_path / "run", lanes=1, packs=1)
    take("own")
    resume("own", local)
    before = [row.values for row in rows_of("own")]
    train(spec, tmp_path / "run", lanes=1)
    said: list[str] = []
    result = take("own", say=said.append)
    assert result.status.counts == {"completed": 3}
    assert [row.values for row in rows_of("own")] == before
    assert "own-0 is left as it is: the study has gone on with it by itself" in said


def test_a_damaged_record_is_left_out(ring: Ring, tmp_path: Path, take: Import) -> None:
    spec = list_of(ring())
    train(spec, tmp_path / "run", lanes=1)
    Storage(tmp_path / "run").write("records/rings-1.records", b"x" * 100)
    said: list[str] = []
    result = take("damaged", say=said.append)
    assert result.status.counts == {"completed": 2, "waiting": 1}
    assert any("rings-1 is left out" in sentence and "damaged" in sentence for sentence in said)


@pytest.mark.verify
def test_a_grid_can_be_resumed_to_its_end(ring: Ring, tmp_path: Path, take: Import, local: LaunchOptions) -> None:
    plan = {"kind": "grid", "objective": "frechet_distance"}
    space = ring(plan=plan, discriminator__dropout={"choice": [0.0, 0.5]}, optimizer__generator__lr=1e-3)
    spec = list_of(space)
    cut = replace(spec, assignments=spec.assignments[:2])
    train(cut, tmp_path / "run")
    take("grid")
    result = resume("grid", local)
    assert result.status.counts == {"completed": 4}
    assert [trial.params for trial in frozen_of("grid")] == [dict(each.parameters) for each in spec.assignments]


def test_names_that_are_taken(ring: Ring, tmp_path: Path, take: Import, local: LaunchOptions) -> None:
    spec = list_of(ring())
    train(spec, tmp_path / "run", packs=1)
    launch(ring(plan__trials=1), replace(local, name="taken"))
    with pytest.raises(StudyExistsError, match=r"'taken' exists already .* does not come from this list"):
        take("taken")
    take("mine")
    train(list_of(ring(), seed=9), tmp_path / "other", packs=1)
    with pytest.raises(StudyExistsError, match=r"they differ in seed"):
        take("mine", "other")


def test_a_study_that_is_being_driven(ring: Ring, tmp_path: Path, take: Import) -> None:
    spec = list_of(ring())
    train(spec, tmp_path / "run", packs=1)
    take("held")
    with (
        Study.open("held", Storage(study_dir("held"))),
        pytest.raises(StudyLockedError, match=r"'held' is driven by"),
    ):
        take("held")


def test_what_is_no_folder_of_a_runner(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"must be a folder of gansearch.trial.runner; it holds no spec.json"):
        import_folder(tmp_path, "nosuch")
    assert not study_dir("nosuch").exists()


def test_a_list_without_a_space_cannot_be_imported(ring: Ring, tmp_path: Path) -> None:
    (tmp_path / "spec.json").write_text(to_text(replace(list_of(ring()), space=None)), encoding="utf-8")
    with pytest.raises(SpecError, match=r"space: must be the YAML of the search space .*; got null"):
        import_folder(tmp_path, "nosuch")
    assert not study_dir("nosuch").exists()
