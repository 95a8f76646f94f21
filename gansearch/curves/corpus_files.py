"""A corpus as Parquet files: a folder of ``part-*.parquet``, one row a run, its columns as lists.

Only this module and ``parquet`` import pyarrow.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from gansearch.curves.corpus import CorpusRun
from gansearch.errors import CorruptFileError, StorageError
from gansearch.records import finding_from_json, to_json

VERSION: Final = b"1"
VERSION_KEY: Final = b"gansearch_corpus"
PLAIN: Final = (
    ("study", pa.string()),
    ("number", pa.int64()),
    ("replicate", pa.int64()),
    ("seed", pa.int64()),
    ("loss", pa.string()),
    ("steps_per_epoch", pa.int64()),
    ("total_steps", pa.int64()),
    ("classes", pa.int64()),
    ("is_probability_loss", pa.bool_()),
    ("end", pa.string()),
    ("steps", pa.int64()),
    ("seconds", pa.float64()),
)
NESTED: Final = ("settings", "parameters", "non_finite")
"""Kept as JSON."""
SAMPLES: Final = "samples"
"""A column that is only there where a run of the part has samples."""
SIGNAL, EVALUATION, FINAL = "signal.", "evaluation.", "final."


def write_part(folder: Path, runs: Sequence[CorpusRun], name: str) -> Path:
    """Write ``part-<name>.parquet``, whole or not at all; one of that name is replaced.

    Raises:
        StorageError: where it cannot be written.
    """
    path = folder / f"part-{name}.parquet"
    signals = sorted({name for run in runs for name in run.signals})
    evaluations = sorted({name for run in runs for name in run.evaluations})
    finals = sorted({name for run in runs for name in run.final})
    columns: dict[str, Any] = {key: pa.array([getattr(run, key) for run in runs], kind) for key, kind in PLAIN}
    columns |= {key: pa.array([_json(getattr(run, key)) for run in runs], pa.string()) for key in NESTED}
    columns["findings"] = pa.array([_json([to_json(each) for each in run.findings]) for run in runs], pa.string())
    columns["window_ends"] = pa.array([run.window_ends for run in runs], pa.list_(pa.int32()))
    if any(run.samples is not None for run in runs):
        columns[SAMPLES] = pa.array([run.samples for run in runs], pa.binary())
    for each in signals:
        columns[SIGNAL + each] = pa.array([run.signals.get(each) for run in runs], pa.list_(pa.float32()))
    for each in evaluations:
        columns[EVALUATION + each] = pa.array([run.evaluations.get(each) for run in runs], pa.list_(pa.float64()))
    for each in finals:
        columns[FINAL + each] = pa.array([run.final.get(each) for run in runs], pa.float64(), from_pandas=False)
    table = pa.table(columns).replace_schema_metadata({VERSION_KEY: VERSION})
    # The bytes of floats side by side: their exponents are much alike, their mantissas are noise.
    split = [f"{SIGNAL}{each}.list.element" for each in signals]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".tmp")
        pq.write_table(
            table, beside, compression="zstd", compression_level=15, use_dictionary=False, use_byte_stream_split=split
        )
        beside.replace(path)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error}") from error
    return path


def read_corpus(folder: Path) -> list[CorpusRun]:
    """The runs of every part, each once, in the order of studies, numbers and replicates.

    Raises:
        StorageError: where there is no part.
        CorruptFileError: where one is not whole, or of another version.
    """
    if not folder.is_dir():
        raise StorageError(f"a corpus must be a folder; there is none at {folder}")
    parts = sorted(folder.glob("part-*.parquet"))
    if not parts:
        raise StorageError(f"a corpus must have a file part-*.parquet; {folder} has none")
    runs = {run.key: run for path in parts for run in _read(path)}
    return sorted(runs.values(), key=lambda run: (run.study, run.number, run.replicate or 0))


def _read(path: Path) -> Iterable[CorpusRun]:
    try:
        table = pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise CorruptFileError(f"{path} is not a whole Parquet file: {error}") from error
    version = (table.schema.metadata or {}).get(VERSION_KEY)
    if version != VERSION:
        said = "no version" if version is None else f"version {version.decode()}"
        raise CorruptFileError(f"{path} must be a corpus of version {VERSION.decode()}; it has {said}")
    for row in range(len(table)):
        yield _run({name: table.column(name)[row] for name in table.column_names})


def _run(row: Mapping[str, Any]) -> CorpusRun:
    plain = {key: row[key].as_py() for key, _ in PLAIN}
    nested = {key: json.loads(row[key].as_py()) for key in NESTED}
    found = [finding_from_json(each) for each in json.loads(row["findings"].as_py())]
    return CorpusRun(
        **plain,
        **nested,
        window_ends=_array(row["window_ends"], np.int64),
        signals=_columns(row, SIGNAL, np.float32),
        evaluations=_columns(row, EVALUATION, np.float64),
        final={
            name.removeprefix(FINAL): value.as_py()
            for name, value in row.items()
            if name.startswith(FINAL) and value.is_valid
        },
        findings=tuple(each for each in found if each is not None),
        samples=row[SAMPLES].as_py() if SAMPLES in row else None,
    )


def _columns(row: Mapping[str, Any], prefix: str, dtype: Any) -> dict[str, Any]:
    return {
        name.removeprefix(prefix): _array(value, dtype)
        for name, value in row.items()
        if name.startswith(prefix) and value.is_valid
    }


def _array(value: Any, dtype: Any) -> Any:
    return np.asarray(value.values.to_numpy(zero_copy_only=False), dtype=dtype)


def _json(value: Any) -> str:
    return json.dumps(value if isinstance(value, list) else dict(value), separators=(",", ":"))
