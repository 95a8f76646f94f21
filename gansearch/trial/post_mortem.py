"""What a stopped trial leaves behind: the finding, the curve up to it, and samples of that moment."""

from __future__ import annotations

import csv
import io
import json
from itertools import pairwise

import numpy as np

from gansearch.detectors import Trace
from gansearch.records import Finding, TrialIdentity, to_json
from gansearch.storage import Storage

STEPS_BEFORE = 2000
ROWS = 200


def write_post_mortem(
    storage: Storage, identity: TrialIdentity, finding: Finding, trace: Trace, samples: bytes
) -> None:
    """Store ``finding.json``, ``curve.csv`` and ``samples.npz`` under ``post_mortem/<identity>/``.

    ``curve.csv`` has every signal over the last 2,000 steps before the stop, as means of at most 200 windows. Empty
    ``samples`` stand for none.
    """
    folder = f"post_mortem/{identity}"
    storage.write(f"{folder}/finding.json", json.dumps(to_json(finding), indent=2).encode())
    storage.write(f"{folder}/curve.csv", curve_csv(trace).encode())
    if samples:
        storage.write(f"{folder}/samples.npz", samples)


def curve_csv(trace: Trace) -> str:
    """The end of the trace as CSV: ``step`` (the last of each window) and the window mean of every signal."""
    first = max(0, trace.steps - STEPS_BEFORE)
    edges = np.unique(np.linspace(first, trace.steps, min(ROWS, trace.steps - first) + 1).astype(int))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["step", *trace.signals])
    for start, stop in pairwise(edges):
        writer.writerow([stop, *(f"{values[start:stop].mean():.6g}" for values in trace.signals.values())])
    return out.getvalue()
