"""Batches, and what may be repeated."""

from __future__ import annotations

from typing import Any

import pytest

from gansearch.tracking.experiment import Experiment
from gansearch.tracking.pending import File, PendingRun, Point, StepImage
from gansearch.tracking.run_index import END, WRITTEN
from gansearch.tracking.run_writer import Mark, RunWriter, Written, last_steps, portions, whole_steps


def test_the_points_of_one_step_stay_together() -> None:
    points = [Point("train", f"s{signal}", 0.0, step, 0) for step in range(4) for signal in range(3)]
    assert len(whole_steps(points, 4)) == 6
    assert len(whole_steps(points, 3)) == 3
    assert whole_steps(points, 100) == points
    assert whole_steps([], 4) == []


def test_portions() -> None:
    assert portions([("a", "1"), ("b", "2"), ("c", "3")], 2) == [[("a", "1"), ("b", "2")], [("c", "3")]]


def test_the_last_step_of_each_stream() -> None:
    assert last_steps([("train", 2), ("train", 5), ("evaluation", 4), ("train", 3)]) == {"train": 5, "evaluation": 4}
    assert last_steps([]) == {}


def test_that_a_run_has_everything_is_said_with_the_last_of_it(
    experiment: Experiment, notes: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = RunWriter(experiment, notes, Written())
    run = writer.create("digits-7", 1.0, None)
    batches: list[tuple[int, bool]] = []
    real = writer.client.log_batch

    def log_batch(run_id: str, metrics: Any = (), params: Any = (), tags: Any = ()) -> None:
        batches.append((len(metrics), any(tag.key == WRITTEN for tag in tags)))
        real(run_id, metrics, params, tags)

    monkeypatch.setattr(writer.client, "log_batch", log_batch)

    def written(pending: PendingRun, steps: range, mark: Mark) -> list[tuple[int, bool]]:
        pending.points.extend(Point("train", "train/d_loss", 0.0, step, step) for step in steps)
        batches.clear()
        writer.write(run, pending, mark)
        tags = writer.client.get_run(run.run_id).data.tags
        assert (tags[WRITTEN], tags.get(END)) == (run.written, run.end) == (mark.written, mark.end)
        return list(batches)

    running = Mark("120", "running")
    assert written(PendingRun(), range(1, 1001), running) == [(900, False), (100, True)]
    assert written(PendingRun(), range(0), running) == []
    assert written(PendingRun(), range(1000, 1001), Mark("130", "running")) == [(0, True)]  # nothing new in it
    ended = PendingRun(status="FINISHED", ended_ms=7)
    ended.files.append(File("note.txt", b"1"))
    assert written(ended, range(1001, 1002), Mark("140", "an end")) == [(1, False), (0, True)]


def test_what_is_written_twice_is_there_once(experiment: Experiment, notes: Any) -> None:
    tally = Written()
    writer = RunWriter(experiment, notes, tally)
    run = writer.create("digits-7", 1.0, None)
    notes.files |= {f"samples/{step}.npz": b"1" for step in range(1, 31)}
    for _ in range(2):
        pending = PendingRun()
        pending.points.extend(Point("train", "train/d_loss", float(step), step, step) for step in range(1, 2001))
        pending.images.extend(StepImage("samples", step, f"samples/{step}.npz", 7) for step in range(1, 32))
        writer.write(run, pending)
        assert pending.count() == 0
        run.cursors = {}  # as if every answer had been lost
    assert len(writer.client.get_metric_history(run.run_id, "train/d_loss")) == 2000
    images = [each.path for each in writer.client.list_artifacts(run.run_id, "images")]
    assert len([path for path in images if path.endswith(".png")]) == 30  # one has no samples any more
    assert tally.images == 60
