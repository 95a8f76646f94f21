"""What the tracker reads of a study."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from gansearch.curves import CurveWriter, Record
from gansearch.detectors import Trace
from gansearch.executors.study_source import StudySource
from gansearch.records import End, Finding, TrialEnd, TrialIdentity
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.storage.home import study_dir
from gansearch.study import Study
from gansearch.study.launches import end_launch, record_launch
from gansearch.trial.post_mortem import write_post_mortem

Ring = Callable[..., SearchSpace]


@pytest.fixture
def study(ring: Ring) -> Iterator[Study]:
    with closing(Study.create(ring(), name="rings", storage=Storage(study_dir("rings")), seed=3)) as made:
        yield made


def source_of(study: Study) -> StudySource:
    return StudySource(study.storage, study.space, study.seed, study.trials(), study.name)


def test_a_trial_is_the_same_from_its_assignment_and_from_its_row(study: Study) -> None:
    live = source_of(study)
    assignment = study.ask()
    assert assignment is not None
    assert live.trial(assignment.identity) is None
    live.began(assignment)
    afterwards = source_of(study)
    assert afterwards.trials == [assignment.identity]
    assert live.trial(assignment.identity) == afterwards.trial(assignment.identity)
    about = live.trial(assignment.identity)
    assert about is not None
    assert about.tags == {"seed": assignment.seed}
    live.began(replace(assignment, extended_from=0))
    extended = live.trial(assignment.identity)
    assert extended is not None
    assert extended.tags == {"seed": assignment.seed, "extended_from": "rings-0"}


def test_an_end_counts_once_it_is_final(study: Study) -> None:
    source = source_of(study)
    assignment = study.ask()
    assert assignment is not None
    source.began(assignment)
    for end, wanted in ((End.STOPPED_BY_USER, None), (End.PRUNED, End.PRUNED)):
        source.decided(assignment.identity, TrialEnd(end, "because", 20, 1))
        about = source.trial(assignment.identity)
        assert about is not None
        assert (None if about.end is None else about.end.end) == wanted


def test_records_are_read_from_a_cursor(study: Study) -> None:
    identity = TrialIdentity("rings", 0)
    writer = CurveWriter(study.storage, identity, 0)
    writer.append(Record("attempt", 0, {"from_step": 0}))
    writer.flush()
    source = source_of(study)
    (first,), cursor = source.records(identity, 0)
    assert first.kind == "attempt"
    assert source.records(identity, cursor) == ([], cursor)
    writer.close()


def test_files_that_are_gone_or_damaged(study: Study) -> None:
    source = source_of(study)
    assert source.content("samples/rings-0/1.npz") is None
    assert source.picture("samples/rings-0/1.npz") is None
    study.storage.write("samples/rings-0/1.npz", b"no samples")
    assert source.picture("samples/rings-0/1.npz") is None
    study.storage.write("post_mortem/rings-0/finding.json", b"{}")
    assert source.post_mortem(TrialIdentity("rings", 0)) == ["post_mortem/rings-0/finding.json"]


def test_a_finding_is_a_picture_of_the_curves_beside_it(study: Study) -> None:
    source, folder = source_of(study), "post_mortem/rings-0"
    assert source.picture(f"{folder}/finding.json") is None
    finding = Finding("d", "mode_collapse", 40, 4, "modes_covered", 1.0, 2.0, {}, "One mode is left.", 19)
    signals = {"d_loss": np.ones(40, dtype=np.float32)}
    metrics = {"step": np.array([20.0, 40.0]), "modes_covered": np.array([1.0, 1.0])}
    trace = Trace.of(signals, metrics, steps_per_epoch=10, total_steps=80, classes=8, is_probability_loss=True)
    write_post_mortem(study.storage, TrialIdentity("rings", 0), finding, trace, b"")
    picture = source.picture(f"{folder}/finding.json")
    assert picture is not None
    assert picture.ndim == 3
    write_post_mortem(study.storage, TrialIdentity("rings", 0), finding, trace, b"", is_spared=True)
    spared = source.picture(f"{folder}/spared-40/finding.json")
    assert spared is not None
    differ = np.flatnonzero((spared != picture).any(axis=(1, 2)))
    assert 0 < differ.max() < 30  # the line that says what became of the run
    study.storage.delete(f"{folder}/evaluations.csv")
    assert source.picture(f"{folder}/finding.json") is None
    study.storage.write(f"{folder}/curve.csv", b"damaged")
    assert source.picture(f"{folder}/finding.json") is None


def test_the_report_belongs_to_the_last_launch_that_finished(study: Study) -> None:
    for outcome in ("finished", "finished", "interrupted", None):
        number = record_launch(study.storage, {"started": 5.0, "lanes": 1})
        if outcome is not None:
            end_launch(study.storage, number, outcome)
    study.storage.write("launches/5.json", b'{"version": 1, "number": 5}')
    study.storage.write("report/findings.md", b"# Findings")
    source = source_of(study)
    launches = source.launches()
    assert [each.has_report for each in launches] == [False, True, False, False, False]
    assert [each.outcome for each in launches] == ["finished", "finished", "interrupted", None, None]
    assert [each.is_told for each in launches] == [True, True, True, True, False]
    assert launches[0].document["space"] == study.space.source
    assert source.report() == {"findings.md": b"# Findings"}


def test_a_study_without_trials_is_called_by_its_own_name(study: Study) -> None:
    source = StudySource(
        study.storage, replace(study.space, name="of the file"), study.seed, study.trials(), study.name
    )
    assert source.study().name == "rings"
