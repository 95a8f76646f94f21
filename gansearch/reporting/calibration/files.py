"""Writes the page on detectors with its figures and tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from gansearch.errors import StorageError
from gansearch.reporting.calibration.assessment import Assessment
from gansearch.reporting.calibration.page import page
from gansearch.reporting.calibration.tables import csv_rows
from gansearch.reporting.published import write_document


def write_page(found: Assessment, folder: Path) -> Path:
    """Write ``findings.md``, ``figures/*.png`` and ``tables/*.csv`` into a folder; returns the page.

    Raises:
        StorageError: where they cannot be written.
    """
    path = write_document(page(found), folder, has_html=False)
    try:
        (folder / "tables").mkdir(exist_ok=True)
        for name, rows in _tables(found).items():
            pd.DataFrame(rows).to_csv(folder / "tables" / f"{name}.csv", index=False, float_format="%.6g")
    except OSError as error:
        raise StorageError(f"the tables on detectors cannot be written to {folder}: {error}") from error
    return path


def _tables(found: Assessment) -> dict[str, Sequence[Mapping[str, object]]]:
    tables: dict[str, Sequence[Mapping[str, object]]] = {
        "runs": csv_rows(found),
        "confusion": list(_confusion(found)),
        "rates": list(_rates(found)),
        "thresholds": list(_thresholds(found)),
    }
    return {name: rows for name, rows in tables.items() if rows}


def _confusion(found: Assessment) -> Iterator[Mapping[str, object]]:
    for group, every in found.confusions.items():
        for each in every:
            for outcome, count in each.fired.items():
                yield {
                    "runs": group,
                    "detector": each.name,
                    "kind": each.kind,
                    "outcome": str(outcome),
                    "fired": count.count,
                    "n": count.n,
                }


def _rates(found: Assessment) -> Iterator[Mapping[str, object]]:
    for group, every in found.confusions.items():
        for each in every:
            counts = {"precision": each.precision, "recall": each.recall, "false_kills": each.judgement.false_kills}
            for name, count in counts.items():
                known = count.estimate.interval if count.estimate is not None else None
                yield {
                    "runs": group,
                    "detector": each.name,
                    "rate": name,
                    "count": count.count,
                    "n": count.n,
                    "low": "" if known is None else known.low,
                    "high": "" if known is None else known.high,
                }


def _thresholds(found: Assessment) -> Iterator[Mapping[str, object]]:
    for sweep in found.sweeps:
        for point in sweep.points:
            yield {
                "detector": sweep.detector,
                "threshold": sweep.field,
                "value": point.value,
                "is_default": point.is_default,
                "collapses_stopped": point.collapses_stopped.count,
                "collapses": point.collapses_stopped.n,
                "false_kills": point.false_kills.count,
                "best_quarter": point.false_kills.n,
                "collapsed_steps_saved": point.collapsed_steps_saved,
            }
