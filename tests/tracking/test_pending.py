"""What a run still has to be told."""

from __future__ import annotations

from gansearch.tracking.pending import File, PendingRun, Point, StepImage, milliseconds, prefixed


def test_what_is_refused_is_dropped_in_the_order_of_writing() -> None:
    run = PendingRun(tags={"gansearch.end": "running"}, params={"generator.lr": "0.1"}, status="FINISHED")
    run.points.extend(Point("evaluation", key, 1.0, 100, 7) for key in ("epoch", "frechet_distance"))
    run.images.append(StepImage("samples", 100, "samples/digits-7/1.npz", 7))
    run.files.append(File("settings.json", b"{}"))
    total = run.count()
    assert [run.drop_first() for _ in range(6)] == [1, 1, 2, 1, 1, 1]
    assert total == 7
    assert run.count() == run.drop_first() == 0


def test_tags_carry_the_prefix() -> None:
    assert prefixed("attempt") == "gansearch.attempt"
    assert prefixed("mlflow.note.content") == "mlflow.note.content"


def test_times_are_rounded_to_the_millisecond() -> None:
    assert milliseconds(1_700_000_000.1234) == 1_700_000_000_123
