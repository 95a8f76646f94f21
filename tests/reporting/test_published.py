"""Pages as they are written into a folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gansearch.errors import StorageError
from gansearch.reporting.document import Document, Figure, Paragraph, Section
from gansearch.reporting.pictures import png
from gansearch.reporting.published import write_document

PNG = png(np.zeros((4, 4), dtype=np.uint8))


def of_figures(*names: str) -> Document:
    return Document(
        "What holds", [Section("One", [Paragraph("Said."), *(Figure(name, "Seen", PNG) for name in names)])]
    )


def test_text_page_figures_and_tables(tmp_path: Path) -> None:
    path = write_document(of_figures("one"), tmp_path / "page", {"runs": pd.DataFrame({"n": [1, 2]})})
    assert path == tmp_path / "page" / "findings.md"
    assert "![Seen](figures/one.png)" in path.read_text(encoding="utf-8")
    assert "Said." in (path.parent / "findings.html").read_text(encoding="utf-8")
    assert (path.parent / "figures" / "one.png").read_bytes() == PNG
    assert pd.read_parquet(path.parent / "tables" / "runs.parquet")["n"].tolist() == [1, 2]


def test_without_figures_there_are_no_folders(tmp_path: Path) -> None:
    write_document(of_figures(), tmp_path, has_html=False)
    assert [each.name for each in tmp_path.iterdir()] == ["findings.md"]


def test_figures_that_the_page_no_longer_has_go_and_other_files_stay(tmp_path: Path) -> None:
    write_document(of_figures("one", "two"), tmp_path)
    (tmp_path / "figures" / "notes.txt").write_text("mine", encoding="utf-8")
    write_document(of_figures("two"), tmp_path)
    assert sorted(each.name for each in (tmp_path / "figures").iterdir()) == ["notes.txt", "two.png"]


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StorageError, match=r"the page 'What holds' cannot be written to .*file"):
        write_document(of_figures("one"), tmp_path / "file")
