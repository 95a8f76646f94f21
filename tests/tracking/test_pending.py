"""What a run still has to be told."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gansearch.records import End, Evaluation, Finding, TrialEnd, TrialIdentity
from gansearch.tracking.pending import File, PendingRun, StepImage, prefixed, trial_tags


def started() -> PendingRun:
    run = PendingRun(name="digits-3", parent=None)
    run.start("{}", {"generator.lr": 2e-4}, {"gansearch.attempt": "0"}, epochs=2, started_ms=5)
    return run


def test_a_rung_keeps_the_metrics_names_and_a_final_evaluation_says_its_n(
    make_evaluation: Callable[..., Evaluation],
) -> None:
    run = started()
    run.evaluation(make_evaluation(100), 7)
    run.evaluation(make_evaluation(200, final=True, samples=10_000), 8)
    assert {point.key for point in run.points if point.stream == "evaluation"} == {
        "frechet_distance",
        "classes_covered",
        "epoch",
        "evaluation_seconds",
    }
    assert "frechet_distance_n10000" in {point.key for point in run.points if point.stream == "final"}


def test_another_generator_stays_off_the_curve(make_evaluation: Callable[..., Evaluation]) -> None:
    run = started()
    run.evaluation(make_evaluation(100, generator="ema"), 7)
    run.evaluation(make_evaluation(100, 80.0, generator="live"), 7)
    assert run.tags["gansearch.generator"] == "ema"
    assert {point.key: point.value for point in run.points if "frechet" in point.key} == {
        "frechet_distance": 12.5,
        "frechet_distance.live": 80.0,
    }


def test_a_rest_keeps_the_open_window_for_the_next_attempt() -> None:
    run = started()
    run.signals(0, ("d_loss",), np.ones((1, 150), dtype=np.float32), 7)  # windows of 2: all but none are whole
    run.signals(150, ("d_loss",), np.ones((1, 1), dtype=np.float32), 7)
    before = len(run.points)
    run.end(TrialEnd(End.STOPPED_BY_USER, "stopped", 151, 1), 8)
    assert len(run.points) == before
    assert run.status == "SCHEDULED"
    assert run.ended_ms is None
    run.end(TrialEnd(End.COMPLETED, "trained all 2 epochs", 151, 2), 9)
    assert run.points[-1].step == 151
    assert run.ended_ms == 9


def test_an_end_names_its_finding_and_a_new_start_forgets_it() -> None:
    run = started()
    finding = Finding("mode_collapse", "mode_collapse", 90, 1, "classes_covered", 2.0, 3.0, {}, "2 classes are left")
    run.end(TrialEnd(End.COLLAPSED, finding.sentence, 90, 1, finding), 9)
    assert run.tags["gansearch.end"] == "collapsed"
    assert run.tags["gansearch.finding"] == "mode_collapse"
    assert run.tags["gansearch.reason"] == "2 classes are left"
    run.start("{}", {}, {}, epochs=2, started_ms=6)
    assert run.tags["gansearch.end"] == "running"
    assert run.status is None


def test_what_is_refused_is_dropped_in_the_order_of_writing(make_evaluation: Callable[..., Evaluation]) -> None:
    run = started()
    run.is_started = False
    run.evaluation(make_evaluation(100), 7)
    run.images.append(StepImage("samples", 100, np.zeros((4, 4), dtype=np.uint8), 7))
    run.status = "FINISHED"
    total = run.count()
    assert [run.drop_first() for _ in range(6)] == [1, 3, 4, 1, 1, 1]
    assert total == 11
    assert run.count() == 0


def test_without_a_run_everything_is_dropped() -> None:
    run = started()
    run.files.append(File("a.txt", b"a"))
    assert run.drop_first() == 6
    assert run.count() == 0


def test_tags_carry_the_prefix() -> None:
    tags = trial_tags(TrialIdentity("digits", 3, 1), {"attempt": 2})
    assert tags == {
        "gansearch.attempt": "2",
        "gansearch.identity": "digits-3-r1",
        "gansearch.kind": "trial",
        "gansearch.number": "3",
        "gansearch.replicate": "1",
    }
    assert prefixed("mlflow.note.content") == "mlflow.note.content"


def test_a_rest_among_the_records_of_a_resumed_trial_is_over_once_it_trains() -> None:
    run = started()
    run.end(TrialEnd(End.STOPPED_BY_USER, "stopped", 100, 1), 8)
    assert (run.status, run.tags["gansearch.end"]) == ("SCHEDULED", "stopped_by_user")
    run.signals(100, ("d_loss",), np.ones((1, 100), dtype=np.float32), 9)
    assert (run.status, run.tags["gansearch.end"]) == ("RUNNING", "running")
    run.end(TrialEnd(End.COMPLETED, "trained", 200, 2), 10)
    assert run.status == "FINISHED"
