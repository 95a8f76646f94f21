from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from gansearch.curves import Curve, read_curve
from gansearch.curves.corpus_files import read_corpus, write_part
from gansearch.detectors import Trace
from gansearch.records import Assignment, Evaluation, LaneReport, MetricValue, Protocol
from gansearch.storage import Storage
from gansearch.trial.context import TrialContext
from gansearch.trial.lane_run import LaneRun
from gansearch.trial.tracing import class_churn, corpus_run, evaluation_columns, trace_of

Make = Callable[..., Assignment]
Drive = Callable[..., list[LaneReport]]

PROTOCOL = Protocol("points", "", 1000, 1000, "test")


def evaluation(step: int, labels: Sequence[int] = (), **metrics: float) -> Evaluation:
    values = tuple(MetricValue(name, value, PROTOCOL) for name, value in metrics.items())
    return Evaluation(
        step=step, epoch=step // 20, generator="live", final=False, metrics=values, cost_s=0.1, labels=tuple(labels)
    )


def test_metrics_become_columns_with_steps_and_epochs() -> None:
    columns = evaluation_columns([evaluation(20, distance=3.0), evaluation(40, distance=2.0)])
    assert {name: values.tolist() for name, values in columns.items()} == {
        "distance": [3.0, 2.0],
        "step": [20.0, 40.0],
        "epoch": [1.0, 2.0],
    }


def test_what_was_not_measured_every_time_is_left_out() -> None:
    columns = evaluation_columns([evaluation(20, distance=3.0), evaluation(40, distance=2.0, spread=1.0)])
    assert columns.keys() == {"distance", "step", "epoch"}


def test_nothing_measured_is_no_steps() -> None:
    assert {name: len(values) for name, values in evaluation_columns([]).items()} == {"step": 0, "epoch": 0}


def test_class_churn_is_the_share_of_samples_that_changed_their_class() -> None:
    found = class_churn([evaluation(20, (0, 1, 2, 3)), evaluation(40, (0, 1, 2, 0)), evaluation(60, (0, 1, 2, 0))])
    assert np.isnan(found[0])
    assert found[1:].tolist() == [0.25, 0.0]


def test_class_churn_is_not_known_where_classes_are_not() -> None:
    found = class_churn([evaluation(20, (0, 1)), evaluation(40), evaluation(60, (0, 1)), evaluation(80, (0, 1, 2))])
    assert np.isnan(found).all()
    assert "class_churn" not in evaluation_columns([evaluation(20), evaluation(40)])


def of(context: TrialContext, assignment: Assignment) -> Curve:
    return Curve.of(read_curve(Storage(context.storage_url), assignment.identity)[0])


def test_a_recorded_run_has_the_trace_that_its_detectors_had(
    make: Make, context: TrialContext, drive: Drive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Trace] = []
    trace = LaneRun.trace

    def watched(lane: LaneRun) -> Trace:
        seen.append(trace(lane))
        return seen[-1]

    monkeypatch.setattr(LaneRun, "trace", watched)
    drive([make()], context)
    row = corpus_run(make(), of(context, make()), classes=8, steps_per_epoch=20, total_steps=80)
    write_part(tmp_path / "corpus", [row], "s")
    (kept,) = read_corpus(tmp_path / "corpus")
    assert (kept.key, kept.end, kept.steps, kept.final) == ("s-0", "completed", 80, {})

    whole = trace_of(kept)
    assert [each.steps for each in seen] == [20, 40, 60, 80]
    for each in seen:
        assert_equal(whole.until(each.steps), each)


def assert_equal(one: Trace, other: Trace) -> None:
    for name in ("steps_per_epoch", "total_steps", "classes", "is_probability_loss", "loss", "non_finite"):
        assert getattr(one, name) == getattr(other, name), name
    np.testing.assert_array_equal(one.window_ends, other.window_ends)
    for columns in ("signals", "evaluations"):
        mine, yours = getattr(one, columns), getattr(other, columns)
        # Before the first evaluation there are no names yet, or no numbers yet.
        assert all(len(mine[name]) == 0 for name in mine.keys() - yours.keys())
        for name, values in yours.items():
            np.testing.assert_array_equal(mine[name], values, err_msg=name)


def test_a_run_that_has_not_ended_cannot_be_kept(make: Make) -> None:
    with pytest.raises(ValueError, match="s-0 has not ended"):
        corpus_run(make(), Curve(), classes=8, steps_per_epoch=20, total_steps=80)
