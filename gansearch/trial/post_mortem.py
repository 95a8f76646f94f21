"""What a trial leaves behind where detectors stop it, or would have: the finding, the curves up to it, and samples.

A stop leaves it in ``post_mortem/<identity>/``. A trial that went on has a folder for the moment at which it would have
been stopped, ``spared-<step>`` in that one: it may be stopped for something else later, which takes nothing back.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gansearch.detectors import Trace
from gansearch.errors import CorruptFileError
from gansearch.records import Finding, TrialIdentity, finding_from_json, to_json
from gansearch.storage import Storage

STEPS_BEFORE = 2000
POST_MORTEM, SPARED = "post_mortem", "spared-"
FINDING, CURVE, EVALUATIONS, SAMPLES = "finding.json", "curve.csv", "evaluations.csv", "samples.npz"
Columns = Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True, eq=False)
class PostMortem:
    """What was left, but for the samples."""

    finding: Finding
    signals: Columns
    """Window means, and ``step``, the last of each window."""
    evaluations: Columns
    """Metrics at rungs, with ``step`` and ``epoch``; empty where a version left them out."""


def folder_of(identity: TrialIdentity, spared_for: Finding | None = None) -> str:
    """Where a trial leaves it: at its stop, or, of one that went on, at the finding that it was spared for."""
    folder = f"{POST_MORTEM}/{identity}"
    return folder if spared_for is None else f"{folder}/{SPARED}{spared_for.step}"


def write_post_mortem(
    storage: Storage,
    identity: TrialIdentity,
    finding: Finding,
    trace: Trace,
    samples: bytes,
    *,
    is_spared: bool = False,
) -> None:
    """Store ``finding.json``, ``curve.csv``, ``evaluations.csv`` and ``samples.npz`` in the folder of ``folder_of``.

    ``curve.csv`` has every signal over the last 2,000 steps before the finding, and over all of its window, as the
    detectors saw it; ``evaluations.csv`` every metric of every rung. Empty ``samples`` stand for none.
    """
    folder = folder_of(identity, finding if is_spared else None)
    storage.write(f"{folder}/{FINDING}", json.dumps(to_json(finding), indent=2).encode())
    storage.write(f"{folder}/{CURVE}", curve_csv(trace, finding.since_step).encode())
    storage.write(f"{folder}/{EVALUATIONS}", evaluations_csv(trace).encode())
    if samples:
        storage.write(f"{folder}/{SAMPLES}", samples)


def read_post_mortem(folder: str, content: Callable[[str], bytes | None]) -> PostMortem | None:
    """What lies in a folder; None where the finding or its curve is gone.

    Args:
        folder: as ``post_mortem/digits-3``.
        content: a file of the study by path; None where there is none.

    Raises:
        CorruptFileError: where a file is not what this module writes.
    """
    said, curve, evaluations = (content(f"{folder}/{name}") for name in (FINDING, CURVE, EVALUATIONS))
    if said is None or curve is None:
        return None
    try:
        finding = finding_from_json(json.loads(said))
        signals = columns_of(curve.decode())
        measured = {} if evaluations is None else columns_of(evaluations.decode())
    except (KeyError, TypeError, ValueError) as error:
        raise CorruptFileError(f"{folder} must hold a finding and tables of numbers; got: {error}") from error
    return None if finding is None else PostMortem(finding, signals, measured)


def curve_csv(trace: Trace, since_step: int | None = None) -> str:
    """The end of the trace as CSV: ``step`` (the last of each window) and the window mean of every signal.

    Args:
        trace: of the trial.
        since_step: where the finding's window begins, which may be before the last 2,000 steps; None where unknown.
    """
    first = trace.steps - STEPS_BEFORE
    chosen = trace.window_ends > (first if since_step is None else min(first, since_step))
    return _csv({"step": trace.window_ends[chosen], **{name: each[chosen] for name, each in trace.signals.items()}})


def evaluations_csv(trace: Trace) -> str:
    """The metrics of the rungs as CSV: ``step``, ``epoch``, and a column per metric; empty where nothing was."""
    named = {name: trace.evaluations[name] for name in ("step", "epoch") if name in trace.evaluations}
    return _csv({**named, **trace.evaluations})


def columns_of(text: str) -> dict[str, NDArray[np.float64]]:
    """A table written here as columns.

    Raises:
        ValueError: where a row is not all numbers, or longer or shorter than the first.
    """
    names, *rows = csv.reader(io.StringIO(text))
    values = np.array([[float(cell) for cell in row] for row in rows], dtype=np.float64).reshape(len(rows), len(names))
    return {name: values[:, index] for index, name in enumerate(names)}


def _csv(columns: Mapping[str, NDArray[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in zip(*columns.values(), strict=True):
        writer.writerow(_cells(row))
    return out.getvalue()


def _cells(row: Sequence[Any]) -> list[str]:
    """Numbers as text; steps are whole and keep all their digits."""
    return [str(int(value)) if float(value).is_integer() else f"{value:.6g}" for value in row]
