"""The records of a whole study as three Parquet tables: signals, evaluations, ends. The only pyarrow module.

Values keep their types (signals float32, metrics float64), so that writing and reading back loses nothing. What a trial
does not have is null; what it measured as not a number is NaN.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from gansearch.curves.curve import Curve
from gansearch.errors import CorruptFileError
from gansearch.records import TrialIdentity
from gansearch.storage import Storage

TRIAL = [("study", pa.string()), ("number", pa.int64()), ("replicate", pa.int64())]
EVALUATIONS = pa.schema(
    [
        *TRIAL,
        ("step", pa.int64()),
        ("epoch", pa.int64()),
        ("generator", pa.string()),
        ("final", pa.bool_()),
        ("metric", pa.string()),
        ("value", pa.float64()),
        ("extractor", pa.string()),
        ("extractor_hash", pa.string()),
        ("samples", pa.int64()),
        ("real_samples", pa.int64()),
        ("real_split", pa.string()),
        ("cost_s", pa.float64()),
    ]
)
ENDS = pa.schema(
    [
        *TRIAL,
        ("end", pa.string()),
        ("reason", pa.string()),
        ("step", pa.int64()),
        ("epoch", pa.int64()),
        ("attempts", pa.int64()),
        ("seconds", pa.float64()),
        ("detector", pa.string()),
        ("kind", pa.string()),
        ("finding_step", pa.int64()),
        ("signal", pa.string()),
        ("value", pa.float64()),
        ("threshold", pa.float64()),
        ("sentence", pa.string()),
    ]
)


@dataclass(frozen=True, eq=False)
class Tables:
    """A study's records as tables."""

    signals: pa.Table
    """A row per generator update: trial, step (counted from 1), a float32 column per signal."""
    evaluations: pa.Table
    """A row per metric of each evaluation, with its protocol."""
    ends: pa.Table
    """A row per trial, with the finding that stopped it."""


def tables(curves: Mapping[TrialIdentity, Curve]) -> Tables:
    """The tables of a study's curves, in the order of trials."""
    ordered = dict(sorted(curves.items(), key=lambda item: (item[0].number, item[0].replicate or 0)))
    evaluations = [row for who, curve in ordered.items() for row in _evaluation_rows(who, curve)]
    ends = [_end_row(who, curve) for who, curve in ordered.items()]
    return Tables(
        _signal_table(ordered),
        pa.Table.from_pylist(evaluations, schema=EVALUATIONS),
        pa.Table.from_pylist(ends, schema=ENDS),
    )


def write_tables(storage: Storage, folder: str, found: Tables) -> None:
    """Write ``signals.parquet``, ``evaluations.parquet`` and ``ends.parquet`` into ``folder``."""
    for name in ("signals", "evaluations", "ends"):
        packed = io.BytesIO()
        pq.write_table(getattr(found, name), packed, compression="zstd")
        storage.write(f"{folder}/{name}.parquet", packed.getvalue())


def read_tables(storage: Storage, folder: str) -> Tables:
    """Read back what ``write_tables`` wrote.

    Raises:
        StorageError: where a file is missing.
        CorruptFileError: where one is not Parquet.
    """
    return Tables(**{name: _read(storage, f"{folder}/{name}.parquet") for name in ("signals", "evaluations", "ends")})


def _read(storage: Storage, path: str) -> pa.Table:
    content = storage.read(path)
    try:
        return pq.read_table(io.BytesIO(content))
    except (pa.ArrowInvalid, OSError) as error:
        raise CorruptFileError(f"{storage.url}/{path} is not a whole Parquet file: {error}") from error


def _signal_table(curves: Mapping[TrialIdentity, Curve]) -> pa.Table:
    names = sorted({name for curve in curves.values() for name in curve.signals})
    schema = pa.schema([*TRIAL, ("step", pa.int64()), *((name, pa.float32()) for name in names)])
    parts = [_signal_part(who, curve, schema) for who, curve in curves.items() if curve.steps]
    return pa.concat_tables(parts) if parts else schema.empty_table()


def _signal_part(who: TrialIdentity, curve: Curve, schema: pa.Schema) -> pa.Table:
    steps = curve.steps
    columns: list[Any] = [pa.repeat(pa.scalar(who.study), steps), pa.repeat(pa.scalar(who.number), steps)]
    columns.append(pa.repeat(pa.scalar(who.replicate, pa.int64()), steps))
    columns.append(pa.array(np.arange(1, steps + 1)))
    for name in schema.names[len(TRIAL) + 1 :]:
        values = curve.signals.get(name, np.zeros(0, dtype=np.float32))
        rest = pa.nulls(steps - len(values), pa.float32())
        columns.append(pa.concat_arrays([pa.array(values, pa.float32(), from_pandas=False), rest]))
    return pa.Table.from_arrays(columns, schema=schema)


def _evaluation_rows(who: TrialIdentity, curve: Curve) -> list[dict[str, Any]]:
    return [
        {
            **vars(who),
            "step": evaluation.step,
            "epoch": evaluation.epoch,
            "generator": evaluation.generator,
            "final": evaluation.final,
            "metric": metric.name,
            "value": metric.value,
            **vars(metric.protocol),
            "cost_s": evaluation.cost_s,
        }
        for evaluation in curve.evaluations
        for metric in evaluation.metrics
    ]


def _end_row(who: TrialIdentity, curve: Curve) -> dict[str, Any]:
    row: dict[str, Any] = {**vars(who), "attempts": len(curve.attempts), "seconds": curve.seconds}
    if curve.end is not None:
        row.update(end=str(curve.end.end), reason=curve.end.reason, step=curve.end.step, epoch=curve.end.epoch)
        finding = curve.end.finding
        if finding is not None:
            row.update(detector=finding.detector, kind=finding.kind, finding_step=finding.step, signal=finding.signal)
            row.update(value=finding.value, threshold=finding.threshold, sentence=finding.sentence)
    return row
