from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np

from gansearch.detectors import Trace
from gansearch.records import Finding, TrialIdentity, finding_from_json
from gansearch.storage import Storage
from gansearch.trial.post_mortem import curve_csv, write_post_mortem


def trace(steps: int) -> Trace:
    ramp = np.arange(steps, dtype=np.float32)
    return Trace.of(
        {"d_loss": ramp, "g_loss": 2 * ramp},
        {},
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
