"""Writes a page that is published from stored runs: text, page, figures and tables into one folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from gansearch.errors import StorageError
from gansearch.reporting.document import Document, to_html, to_markdown


def write_document(
    document: Document, folder: Path, tables: Mapping[str, pd.DataFrame] | None = None, *, has_html: bool = True
) -> Path:
    """Write ``findings.md``, ``findings.html``, ``figures/*.png`` and ``tables/*.parquet``; returns the first.

    Figures of an earlier writing that the document no longer has are removed.

    Raises:
        StorageError: where they cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_figures(document, folder / document.figures_folder)
        for name, table in (tables or {}).items():
            (folder / "tables").mkdir(exist_ok=True)
            table.to_parquet(folder / "tables" / f"{name}.parquet", index=False)
        if has_html:
            (folder / "findings.html").write_text(to_html(document), encoding="utf-8")
        (folder / "findings.md").write_text(to_markdown(document), encoding="utf-8")
    except OSError as error:
        raise StorageError(f"the page {document.title!r} cannot be written to {folder}: {error}") from error
    return folder / "findings.md"


def _write_figures(document: Document, folder: Path) -> None:
    written = {f"{figure.name}.png": figure.png for figure in document.figures}
    if written:
        folder.mkdir(exist_ok=True)
    for old in folder.glob("*.png"):
        if old.name not in written:
            old.unlink()
    for name, png in written.items():
        (folder / name).write_bytes(png)
