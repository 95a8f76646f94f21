"""What a stopped trial leaves behind: the finding, the curve up to it, and samples of that moment."""

from __future__ import annotations

import csv
import io
import json

import numpy as np

from gansearch.detectors import Trace
from gansearch.records import Finding, TrialIdentity, to_json
from gansearch.storage import Storage

STEPS_BEFORE = 2000


def write_post_mortem(
    storage: Storage, identity: TrialIdentity, finding: Finding, trace: Trace, samples: bytes
) -> None:
    """Store ``finding.json``, ``curve.csv`` and ``samples.npz`` under ``post_mortem/<identity>/``.

    ``curve.csv`` has every signal over the last 2,000 steps before the stop, as the detectors saw it. Empty ``samples``
    stand for none.
    """
    folder = f"post_mortem/{identity}"
    storage.write(f"{folder}/finding.json", json.dumps(to_json(finding), indent=2).encode())
    storage.write(f"{folder}/curve.csv", curve_csv(trace).encode())
    if samples:
        storage.write(f"{folder}/samples.npz", samples)


def curve_csv(trace: Trace) -> str:
    """The end of the trace as CSV: ``step`` (the last of each window) and the window mean of every signal."""
    chosen = np.flatnonzero(trace.window_ends > trace.steps - STEPS_BEFORE)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["step", *trace.signals])
    for index in chosen:
        writer.writerow([trace.window_ends[index], *(f"{values[index]:.6g}" for values in trace.signals.values())])
    return out.getvalue()
