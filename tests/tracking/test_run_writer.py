"""Batches, and what may be repeated."""

from __future__ import annotations

from typing import Any

from gansearch.tracking.experiment import Experiment
from gansearch.tracking.pending import PendingRun, Point, StepImage
from gansearch.tracking.run_writer import RunWriter, Written, portions, whole_steps


def test_the_points_of_one_step_stay_together() -> None:
    points = [Point("train", f"s{signal}", 0.0, step, 0) for step in range(4) for signal in range(3)]
    assert len(whole_steps(points, 4)) == 6
    assert len(whole_steps(points, 3)) == 3
    assert whole_steps(points, 100) == points
    assert whole_steps([], 4) == []


def test_portions() -> None:
    assert portions([("a", "1"), ("b", "2"), ("c", "3")], 2) == [[("a", "1"), ("b", "2")], [("c", "3")]]


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
