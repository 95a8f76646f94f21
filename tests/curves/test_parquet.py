from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from gansearch.curves import Curve
from gansearch.curves.parquet import read_tables, tables, write_tables
from gansearch.errors import CorruptFileError, StorageError
from gansearch.records import End, TrialIdentity
from gansearch.storage import Storage

Made = Callable[..., Any]


@pytest.fixture
def curves(made: Made) -> dict[TrialIdentity, Curve]:
    first = [made().began(), made().signals(0), made().evaluation(1, math.nan, recall=0.1), made().ended(1)]
    second = [made().began(), made().signals(0, steps=3), made().ended(1, End.COLLAPSED, made().found(3))]
    found = {TrialIdentity("s", 10, 1): Curve.of(second), TrialIdentity("s", 2): Curve.of(first)}
    found[TrialIdentity("s", 2)].signals["g_loss"][4] = math.nan
    del found[TrialIdentity("s", 10, 1)].signals["g_loss"]
    return {**found, TrialIdentity("s", 11): Curve()}


def test_nothing_is_lost_on_the_way(storage: Storage, curves: dict[TrialIdentity, Curve]) -> None:
    made = tables(curves)
    write_tables(storage, "report/frames", made)
    back = read_tables(storage, "report/frames")
    for name in ("signals", "evaluations", "ends"):
        assert getattr(back, name).schema.equals(getattr(made, name).schema)
        # NaN differs from itself; the text of a float is exact.
        assert repr(getattr(back, name).to_pylist()) == repr(getattr(made, name).to_pylist()), name


def test_signals_keep_their_type_and_tell_absent_from_not_a_number(curves: dict[TrialIdentity, Curve]) -> None:
    signals = tables(curves).signals
    assert signals.schema.field("d_loss").type == pa.float32()
    assert signals.column("number").to_pylist() == [2] * 10 + [10] * 3
    assert signals.column("replicate").to_pylist() == [None] * 10 + [1] * 3
    assert signals.column("step").to_pylist() == [*range(1, 11), 1, 2, 3]
    g_loss = signals.column("g_loss").to_pylist()
    assert math.isnan(g_loss[4])
    assert g_loss[10:] == [None] * 3
    np.testing.assert_array_equal(signals.column("d_loss").to_numpy()[:10], np.arange(10, dtype=np.float32))


def test_evaluations_are_a_row_per_metric_with_the_protocol(curves: dict[TrialIdentity, Curve]) -> None:
    rows = tables(curves).evaluations.to_pylist()
    assert [(row["metric"], row["epoch"], row["samples"], row["final"]) for row in rows] == [
        ("frechet_distance", 1, 1000, False),
        ("recall", 1, 1000, False),
    ]
    assert math.isnan(rows[0]["value"])
    assert rows[1]["value"] == 0.1


def test_ends_are_a_row_per_trial_with_its_finding(curves: dict[TrialIdentity, Curve]) -> None:
    rows = {row["number"]: row for row in tables(curves).ends.to_pylist()}
    assert [rows[number]["end"] for number in (2, 10, 11)] == ["completed", "collapsed", None]
    assert (rows[10]["kind"], rows[10]["threshold"], rows[2]["kind"]) == ("mode_collapse", 3.0, None)


def test_a_study_without_trials_has_empty_tables() -> None:
    empty = tables({})
    assert (empty.signals.num_rows, empty.evaluations.num_rows, empty.ends.num_rows) == (0, 0, 0)


def test_a_missing_or_damaged_file_is_named(storage: Storage, curves: dict[TrialIdentity, Curve]) -> None:
    with pytest.raises(StorageError, match=r"signals\.parquet cannot be read"):
        read_tables(storage, "report")
    write_tables(storage, "report", tables(curves))
    storage.write("report/ends.parquet", storage.read("report/ends.parquet")[:-10])
    with pytest.raises(CorruptFileError, match=r"report/ends\.parquet is not a whole Parquet file"):
        read_tables(storage, "report")
