"""A report written from a real study's storage: journal, records and samples; no training."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from mlflow import MlflowClient

from gansearch.curves import CurveWriter, Record
from gansearch.errors import StudyNotFoundError
from gansearch.executors.study_source import StudySource
from gansearch.records import Assignment, End, Evaluation, Finding, LaneReport, MetricValue, Protocol, TrialEnd, to_json
from gansearch.reporting import load_frames, write_report
from gansearch.reporting.loading import load_material
from gansearch.reporting.material import StudyMaterial
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.study import Study, open_readonly
from gansearch.tracking import Experiment, bring_up_to_date, default_uri
from gansearch.tracking.links import VIEW

PROTOCOL = Protocol("mnist-cnn", "0a1b2c3d4e5f", 1000, 1000, "test")


def run(study: Study, assignment: Assignment, end: End, samples: bytes, *, epochs: int = 4) -> None:
    """Record and report one trial as a worker would."""
    storage = study.storage
    writer = CurveWriter(storage, assignment.identity, assignment.attempt)
    writer.append(Record("attempt", 0, {"from_step": 0, "started": 0.0, "lanes": 1, "versions": {"torch": "2.15.0"}}))
    for epoch in range(1, epochs + 1):
        signals = {"d_loss": np.full(10, 1.0, np.float32), "g_loss": np.full(10, 0.9, np.float32)}
        writer.append(Record("signals", 0, {"first_step": 10 * (epoch - 1), "names": list(signals), "values": signals}))
        value = float(assignment.identity.number) + 50.0 / epoch
        done = Evaluation(10 * epoch, epoch, "live", False, (MetricValue("frechet_distance", value, PROTOCOL),), 0.1)
        path = f"samples/{assignment.identity}/{epoch}.npz"
        storage.write(path, samples)
        writer.append(Record("evaluation", 0, to_json(done)))
        writer.append(Record("samples", 0, {"epoch": epoch, "step": 10 * epoch, "path": path}))
        study.report(LaneReport(assignment.identity, 0, 10 * epoch, epoch, evaluation=done, seconds=float(epoch)))
    finding = Finding("mode_collapse", "mode_collapse", 40, epochs, "classes_covered", 1.0, 3.0, {}, "1 class is left")
    stopped = finding if end is End.COLLAPSED else None
    over = TrialEnd(end, "1 class is left" if stopped else "trained", 10 * epochs, epochs, stopped)
    if stopped:
        writer.append(Record("finding", 0, {**to_json(finding), "stopped": True}))
    writer.append(Record("end", 0, to_json(over)))
    writer.close()
    study.report(LaneReport(assignment.identity, 0, 10 * epochs, epochs, end=over, seconds=float(epochs)))


@pytest.fixture(scope="module")
def made_once(space: SearchSpace, image_npz: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine completed trials and one that collapsed."""
    folder = tmp_path_factory.mktemp("made") / "study"
    with Study.create(space, name="digits", storage=Storage(folder), seed=3) as study:
        for number in range(10):
            assignment = study.ask()
            assert assignment is not None
            run(study, assignment, End.COLLAPSED if number == 4 else End.COMPLETED, image_npz)
    return folder


@pytest.fixture
def finished(made_once: Path, tmp_path: Path) -> Storage:
    """A copy for each test."""
    return Storage(shutil.copytree(made_once, tmp_path / "study"))


def test_all_files_are_written(finished: Storage) -> None:
    files = write_report("digits", finished)
    assert files.markdown.read_text().startswith("# Findings of the study digits\n")
    assert {path.name for path in files.frames.iterdir()} == {
        "trials.parquet",
        "evaluations.parquet",
        "signals.parquet",
        "findings.parquet",
    }
    figures = files.markdown.parent / "figures"
    linked = set(re.findall(r"\(figures/([^)]+)\)", files.markdown.read_text()))
    assert {path.name for path in figures.iterdir()} == linked
    assert linked == {
        "best_samples.png",
        "curves_frechet_distance.png",
        "losses.png",
        "quality_against_time.png",
        "side_by_side.png",
    }
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in figures.iterdir())


def test_the_page_is_self_contained(finished: Storage) -> None:
    page = write_report("digits", finished).html.read_text()
    sources = re.findall(r'src="([^"]{0,30})', page)
    assert len(sources) == 5
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    assert not re.search(r'(src|href)="(https?:)?//', page)


def test_numbers_are_those_of_the_study(finished: Storage) -> None:
    text = write_report("digits", finished).markdown.read_text()
    assert "The best of 9 completed runs is `digits-0` with a `frechet_distance` of 18.1" in text
    assert "1 of 10 runs was `collapsed` (10 %, n = 10, 95 % interval 2 % to 40 %)." in text
    assert "| digits-4 | `collapsed` | mode collapse | 4 | 1 class is left |" in text
    assert finished.local_path() is not None


def test_the_best_can_be_trained_again_from_its_file(finished: Storage) -> None:
    write_report("digits", finished)
    best = json.loads(finished.read("report/best.json"))
    material = load_material("digits", finished)
    assert material.best is not None
    assert (best["settings"], best["seed"]) == (dict(material.best.settings), material.best.seed)
    assert best["settings"]["training.epochs"] == 20


def test_frames_of_a_stored_study(finished: Storage) -> None:
    frames = load_frames("digits", finished)
    assert list(frames.trials["number"]) == list(range(10))
    assert frames.trials["objective.frechet_distance"].notna().sum() == 9
    write_report("digits", finished)
    stored = finished.local_path("report/frames/trials.parquet")
    assert stored is not None
    pd.testing.assert_frame_equal(pd.read_parquet(stored), frames.trials, check_dtype=False)


def test_a_second_report_replaces_the_first(finished: Storage) -> None:
    write_report("digits", finished)
    finished.write("report/figures/old.png", b"of a study that went on")
    files = write_report("digits", finished)
    assert "old.png" not in {path.name for path in (files.markdown.parent / "figures").iterdir()}


def test_a_study_without_trials(space: SearchSpace, storage: Storage) -> None:
    Study.create(space, name="digits", storage=storage, seed=3).close()
    assert "nothing to report yet" in write_report("digits", storage).markdown.read_text()


def test_a_running_study_can_be_read(space: SearchSpace, storage: Storage, image_npz: bytes) -> None:
    with Study.create(space, name="digits", storage=storage, seed=3) as study:
        first, second = study.ask(), study.ask()
        assert first is not None
        assert second is not None
        run(study, first, End.COMPLETED, image_npz)
        text = write_report("digits", storage).markdown.read_text()
    assert "2 of 24 planned trials have begun; 1 run still going on, so this report is preliminary." in text


def test_a_damaged_record_and_damaged_samples_are_said(finished: Storage) -> None:
    for path in finished.list("records"):
        if "digits-2" in path:
            content = bytearray(finished.read(path))
            content[len(content) // 3] ^= 0xFF
            finished.write(path, bytes(content))
    finished.write("samples/digits-0/4.npz", b"not samples")
    text = write_report("digits", finished).markdown.read_text()
    assert "The records of `digits-2` (n = 1) are damaged" in text
    assert "best_samples" not in text


def test_a_study_kept_elsewhere_has_its_report_there_and_here(
    space: SearchSpace, image_npz: bytes, tmp_path: Path, gansearch_home: Path
) -> None:
    storage = Storage(f"memory://{tmp_path.name}")
    with Study.create(
        space, name="digits", storage=storage, seed=3, database_url=f"sqlite:///{tmp_path}/study.db"
    ) as study:
        assignment = study.ask()
        assert assignment is not None
        run(study, assignment, End.COMPLETED, image_npz)
    files = write_report("digits", storage)
    assert files.markdown == gansearch_home / "studies" / "digits" / "report" / "findings.md"
    assert files.markdown.read_bytes() == storage.read("report/findings.md")
    assert storage.exists("report/frames/trials.parquet")


def test_a_study_that_is_not_there(storage: Storage) -> None:
    with pytest.raises(StudyNotFoundError, match="there is no study 'digits'"):
        write_report("digits", storage)


@pytest.mark.verify
def test_runs_are_linked_where_mlflow_knows_them(finished: Storage, tmp_path: Path) -> None:
    uri = default_uri(tmp_path)
    with open_readonly("digits", finished) as study:
        source = StudySource(finished, study.space, study.seed, study.trials(), study.name)
    trial = load_material("digits", finished).trials[4]
    assert bring_up_to_date(Experiment(uri, "digits"), source, [trial.identity]).is_complete
    client = MlflowClient(uri)
    (run,) = client.search_runs(["1"], f"tags.`gansearch.identity` = '{trial.identity}'")
    text = write_report("digits", finished, tracking_uri=uri).markdown.read_text()
    assert f"[digits-4](http://127.0.0.1:5000/#/experiments/1/runs/{run.info.run_id}{VIEW})" in text
    assert "(links lead to MLflow on this machine while `gansearch ui` runs)" in text


@pytest.mark.parametrize("uri", ["sqlite:////nowhere/mlflow.db", "http://127.0.0.1:9"])
def test_a_tracking_store_that_is_away_keeps_no_report_back(
    finished: Storage, uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    text = write_report("digits", finished, tracking_uri=uri).markdown.read_text()
    assert "| digits-4 | `collapsed` |" in text


ASKED = """
- name: H1
  claim: A layer more helps.
  source: a blog
  comparisons: [{arm: depth/generator.layers=3}]
"""


@pytest.mark.parametrize("ran", [[], ["depth/generator.layers=3"]])
def test_hypotheses_of_arms_without_a_run_of_the_baseline(
    ran: list[str], make_arms: Callable[..., StudyMaterial], storage: Storage, image_npz: bytes, tmp_path: Path
) -> None:
    file = tmp_path / "asked.yaml"
    file.write_text(ASKED, encoding="utf-8")
    with Study.create(make_arms().space, name="arms", storage=storage, seed=3) as study:
        asked = [study.ask() for _ in range(6)]
        for assignment in asked:
            if assignment is not None and assignment.parameters["arm"] in ran:
                run(study, assignment, End.COMPLETED, image_npz)
    text = write_report("arms", storage, hypotheses=file).markdown.read_text()
    assert "| H1 | A layer more helps (a blog) | undecided | 0 of 1 |" in text
    assert f"| `depth/generator.layers=3` | depth | `generator.layers` 3 | {2 * len(ran)} of" in text
    assert text.index("## Hypotheses") < text.index("## Exploratory")


def test_every_record_is_gone(finished: Storage) -> None:
    for path in [*finished.list("records"), *finished.list("samples")]:
        finished.delete(path)
    text = write_report("digits", finished).markdown.read_text()
    assert "The best of 9 completed runs is `digits-0`" in text
    assert "`digits-0` kept no interpolations" in text


def test_only_failures(space: SearchSpace, storage: Storage, image_npz: bytes) -> None:
    with Study.create(space, name="digits", storage=storage, seed=3) as study:
        for _ in range(3):
            assignment = study.ask()
            assert assignment is not None
            run(study, assignment, End.FAILED, image_npz)
    text = write_report("digits", storage).markdown.read_text()
    assert "No run has completed (n = 0), so there is no best configuration" in text
    assert "Every run that is over failed (n = 3): there is nowhere that they do less." in text
    assert "there are n = 0, so 50 are missing" in text


def test_the_report_package_is_lazy() -> None:
    import gansearch.reporting

    assert set(gansearch.reporting.__all__) <= set(dir(gansearch.reporting))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        gansearch.reporting.nothing  # noqa: B018
    wanted: Callable[..., object] = gansearch.reporting.write_report
    assert wanted is write_report
