from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from gansearch.curves import Curve, CurveWriter, Record, read_curve
from gansearch.records import End, TrialIdentity
from gansearch.storage import Storage

Made = Callable[..., Any]


def test_windows_are_joined(made: Made) -> None:
    curve = Curve.of([made().began(), made().signals(0), made().signals(10), made().signals(20)])
    assert curve.steps == 30
    np.testing.assert_array_equal(curve.signals["d_loss"], np.arange(30, dtype=np.float32))
    np.testing.assert_array_equal(curve.signals["g_loss"], -np.arange(30, dtype=np.float32))
    assert curve.signals["d_loss"].dtype == np.float32


def test_a_resumed_attempt_supersedes_what_came_after_its_checkpoint(made: Made) -> None:
    old, new = made(0), made(1)
    curve = Curve.of(
        [
            old.began(),
            *(
                record
                for epoch in range(1, 4)
                for record in (old.signals(epoch * 10 - 10), old.evaluation(epoch, epoch))
            ),
            old.finding(10),
            old.finding(30, stopped=True),
            old.samples(1),
            old.samples(3),
            old.checkpoint(30),
            old.ended(3, End.COLLAPSED, old.found(30)),
            new.began(from_step=20),
            new.signals(20, offset=100),
            new.evaluation(3, 33.0),
        ]
    )
    np.testing.assert_array_equal(curve.signals["d_loss"], [*range(20), *range(120, 130)])
    assert [(each.epoch, each.value("frechet_distance")) for each in curve.evaluations] == [(1, 1), (2, 2), (3, 33)]
    assert [each.step for each in curve.findings] == [10]
    assert curve.samples_by_epoch == {1: "samples/1-0"}
    assert (curve.end, curve.stopped_by, curve.checkpoint) == (None, None, None)
    assert (curve.attempt, len(curve.attempts)) == (1, 2)


def test_an_attempt_from_the_start_supersedes_everything(made: Made) -> None:
    old, new = made(0), made(1)
    curve = Curve.of([old.began(), old.signals(0), old.evaluation(1, 1.0), new.began(0)])
    assert (curve.steps, curve.evaluations) == (0, [])


def test_late_records_of_a_replaced_attempt_are_passed_over(made: Made) -> None:
    old, new = made(0), made(1)
    curve = Curve.of([old.began(), old.signals(0), new.began(10), old.signals(10, offset=5), new.signals(10)])
    np.testing.assert_array_equal(curve.signals["d_loss"], np.arange(20, dtype=np.float32))


def test_what_was_never_recorded_is_nan(made: Made) -> None:
    curve = Curve.of([made().began(), made().signals(0), made().signals(15, steps=5)])
    assert curve.steps == 20
    assert np.isnan(curve.signals["d_loss"][10:15]).all()
    np.testing.assert_array_equal(curve.signals["d_loss"][15:], np.arange(15, 20, dtype=np.float32))


def test_an_evaluation_done_again_replaces_the_first_and_the_final_one_stands_apart(made: Made) -> None:
    curve = Curve.of([made().evaluation(1, 5.0), made().evaluation(1, 6.0), made().evaluation(1, 4.0, final=True)])
    assert [(each.value("frechet_distance"), each.final) for each in curve.evaluations] == [(6.0, False), (4.0, True)]


def test_evaluation_columns_are_those_of_rungs(made: Made) -> None:
    curve = Curve.of(
        [made().evaluation(1, 5.0, recall=0.5), made().evaluation(2, math.nan), made().evaluation(2, 1.0, final=True)]
    )
    columns = curve.evaluation_columns()
    assert sorted(columns) == ["epoch", "frechet_distance", "recall", "step"]
    assert columns["step"].tolist() == [10.0, 20.0]
    np.testing.assert_array_equal(columns["frechet_distance"], [5.0, np.nan])
    np.testing.assert_array_equal(columns["recall"], [0.5, np.nan])
    assert {column.dtype for column in columns.values()} == {np.dtype(np.float64)}


def test_the_end_and_the_finding_behind_it(made: Made) -> None:
    curve = Curve.of([made().began(), made().finding(20, stopped=True), made().ended(2, End.COLLAPSED)])
    assert curve.end is not None
    assert curve.end.end is End.COLLAPSED
    assert curve.stopped_by is not None
    assert curve.stopped_by.step == 20
    assert curve.findings == [curve.stopped_by]


def at(record: Record, seconds: float) -> Record:
    return replace(record, time=seconds)


def test_seconds_are_summed_over_attempts_and_stop_at_the_end(made: Made) -> None:
    old, new = made(0), made(1)
    curve = Curve.of(
        [
            at(old.began(started=100.0), 101.0),
            at(old.signals(0), 107.0),
            at(new.began(10, started=500.0), 500.0),
            at(new.ended(2), 503.0),
            at(new.evaluation(2, 1.0, final=True), 9000.0),
        ]
    )
    assert curve.seconds == 7.0 + 3.0


def test_a_curve_is_the_same_whichever_way_it_was_stored(storage: Storage, who: TrialIdentity, made: Made) -> None:
    for attempt in range(2):
        writer = CurveWriter(storage, who, attempt)
        writer.append(made(attempt).began(attempt * 10))
        for first in (10 * attempt, 10 * attempt + 10):
            writer.append(made(attempt).signals(first))
            writer.flush()
        writer.close()
    curve = Curve.of(read_curve(storage, who)[0])
    np.testing.assert_array_equal(curve.signals["d_loss"], np.arange(30, dtype=np.float32))


def test_nothing_recorded_is_an_empty_curve() -> None:
    curve = Curve.of([])
    assert (curve.steps, curve.end, curve.attempt, curve.seconds) == (0, None, None, 0.0)
    assert curve.evaluation_columns()["step"].tolist() == []
