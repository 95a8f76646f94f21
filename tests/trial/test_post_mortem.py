from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gansearch.detectors import Trace
from gansearch.errors import CorruptFileError
from gansearch.records import Finding, TrialIdentity, finding_from_json
from gansearch.storage import Storage
from gansearch.trial.post_mortem import (
    columns_of,
    curve_csv,
    evaluations_csv,
    folder_of,
    read_post_mortem,
    write_post_mortem,
)

METRICS = {"classes_covered": np.array([4.0, 1.0]), "epoch": np.array([5.0, 10.0]), "step": np.array([50.0, 100.0])}


def trace(steps: int) -> Trace:
    ramp = np.arange(steps, dtype=np.float32)
    return Trace.of(
        {"d_loss": ramp, "g_loss": 2 * ramp},
        METRICS,
        steps_per_epoch=10,
        total_steps=steps,
        classes=10,
        is_probability_loss=True,
    )


FINDING = Finding("d", "mode_collapse", 5000, 500, "classes_covered", 1.0, 3.0, {"classes": 10.0}, "1 of 10 classes")


def test_the_finding_the_curve_and_the_samples_are_kept(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    identity = TrialIdentity("s", 3)
    write_post_mortem(storage, identity, FINDING, trace(5000), b"samples")
    assert finding_from_json(json.loads(storage.read("post_mortem/s-3/finding.json"))) == FINDING
    assert storage.read("post_mortem/s-3/samples.npz") == b"samples"
    assert storage.read("post_mortem/s-3/curve.csv").startswith(b"step,d_loss,g_loss")


def test_the_curve_covers_the_last_2000_steps_in_windows() -> None:
    rows = list(csv.DictReader(io.StringIO(curve_csv(trace(5000)))))
    assert len(rows) == 200
    assert (rows[0]["step"], rows[-1]["step"]) == ("3010", "5000")
    assert float(rows[0]["d_loss"]) == 3004.5
    assert float(rows[0]["g_loss"]) == 6009.0


def test_a_short_trace_is_given_whole() -> None:
    rows = list(csv.DictReader(io.StringIO(curve_csv(trace(3)))))
    assert [(row["step"], row["d_loss"]) for row in rows] == [("3", "1")]


def test_the_curve_covers_all_of_a_longer_window() -> None:
    rows = list(csv.DictReader(io.StringIO(curve_csv(trace(5000), since_step=1000))))
    assert (rows[0]["step"], rows[-1]["step"]) == ("1010", "5000")
    assert curve_csv(trace(5000), since_step=4900) == curve_csv(trace(5000))


def test_evaluations_have_a_row_each_and_keep_what_is_unknown() -> None:
    (header, *rows) = csv.reader(io.StringIO(evaluations_csv(trace(100))))
    assert header == ["step", "epoch", "classes_covered"]
    assert rows == [["50", "5", "4"], ["100", "10", "1"]]
    churn = Trace.of(
        {},
        {"step": np.array([10.0]), "class_churn": np.array([np.nan])},
        steps_per_epoch=10,
        total_steps=10,
        classes=2,
        is_probability_loss=True,
    )
    assert np.isnan(columns_of(evaluations_csv(churn))["class_churn"]).all()


def test_what_was_left_is_read_again(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    write_post_mortem(storage, TrialIdentity("s", 3), FINDING, trace(100), b"")
    left = read_post_mortem("post_mortem/s-3", storage.read)
    assert left is not None
    assert left.finding == FINDING
    np.testing.assert_array_equal(left.signals["step"], np.arange(10, 101, 10))
    np.testing.assert_allclose(left.signals["g_loss"], 2 * np.arange(4.5, 100, 10))
    assert left.evaluations.keys() == METRICS.keys()
    np.testing.assert_array_equal(left.evaluations["classes_covered"], [4.0, 1.0])


def test_a_run_that_went_on_has_a_folder_for_the_moment_beside_that_of_its_stop(tmp_path: Path) -> None:
    storage, identity = Storage(tmp_path), TrialIdentity("s", 3)
    write_post_mortem(storage, identity, replace(FINDING, step=80), trace(80), b"then", is_spared=True)
    write_post_mortem(storage, identity, FINDING, trace(100), b"later")
    names = ("curve.csv", "evaluations.csv", "finding.json", "samples.npz")
    assert storage.list("post_mortem/s-3") == sorted(
        f"post_mortem/s-3/{folder}{name}" for folder in ("", "spared-80/") for name in names
    )
    assert folder_of(identity, replace(FINDING, step=80)) == "post_mortem/s-3/spared-80"
    left = read_post_mortem("post_mortem/s-3/spared-80", storage.read)
    assert left is not None
    assert (left.finding.step, left.signals["step"][-1]) == (80, 80)


def test_a_folder_that_lacks_parts_or_is_damaged(tmp_path: Path) -> None:
    storage = Storage(tmp_path)

    def content(path: str) -> bytes | None:
        return storage.read(path) if storage.exists(path) else None

    assert read_post_mortem("post_mortem/s-3", content) is None
    write_post_mortem(storage, TrialIdentity("s", 3), FINDING, trace(100), b"")
    storage.delete("post_mortem/s-3/evaluations.csv")
    left = read_post_mortem("post_mortem/s-3", content)
    assert left is not None
    assert left.evaluations == {}
    for name, damage in (("curve.csv", b"step,d_loss\n1\n"), ("curve.csv", b"step\nsoon\n"), ("finding.json", b"{}")):
        storage.write(f"post_mortem/s-3/{name}", damage)
        with pytest.raises(CorruptFileError, match=r"post_mortem/s-3 must hold a finding and tables of numbers; got: "):
            read_post_mortem("post_mortem/s-3", content)
