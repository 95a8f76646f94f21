"""The page on nulls, from no run at all to whole arms."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from gansearch.errors import StorageError
from gansearch.reporting.document import to_markdown
from gansearch.reporting.nulls.findings import NullFindings, null_findings
from gansearch.reporting.nulls.page import page, write_page
from gansearch.space import SearchSpace
from tests.reporting.nulls.conftest import MakeRuns

WANTED = {"frechet_distance": 20, "success": 20}


@pytest.fixture(scope="module")
def found(same: SearchSpace, make_runs: MakeRuns) -> NullFindings:
    """Of 28 runs: a baseline and one arm."""
    return null_findings([same], make_runs(28), WANTED, studies=20)


def test_the_page_says_what_it_rests_on_and_what_is_missing(found: NullFindings) -> None:
    text = to_markdown(page(found))
    assert "28 of 36 runs of 390 steps of `same` are there" in text
    assert "8 are missing: they make 1 of 40 arms." in text
    assert "`frechet_distance`: an effect was claimed in" in text
    assert "of 20 relabellings" in text
    assert "1 arm would be claimed to differ" in text
    assert "stated is 80 %" in text


def test_the_page_is_written_with_figures_and_tables_byte_for_byte(found: NullFindings, tmp_path: Path) -> None:
    write_page(found, tmp_path / "one")
    path = write_page(found, tmp_path / "two")
    files = sorted(each.relative_to(tmp_path / "two") for each in path.parent.rglob("*") if each.is_file())
    assert [str(each) for each in files] == [
        "figures/false_claims.png",
        "figures/planted.png",
        "figures/trained_same.png",
        "findings.html",
        "findings.md",
        "tables/planted.parquet",
        "tables/relabellings.parquet",
        "tables/trained.parquet",
    ]
    assert all((tmp_path / "one" / each).read_bytes() == (tmp_path / "two" / each).read_bytes() for each in files)
    frame = pd.read_parquet(tmp_path / "two" / "tables" / "relabellings.parquet")
    assert frame["claimed_of"].tolist() == [20, 20]


def test_without_a_run_the_page_says_so(same: SearchSpace, tmp_path: Path) -> None:
    text = write_page(null_findings([same], []), tmp_path).read_text(encoding="utf-8")
    assert "0 of 36 runs of `same` are there" in text
    assert "too few for an arm" in text
    assert "Nothing can be relabelled yet." in text
    assert "No configuration has enough runs yet." in text


def test_a_folder_that_cannot_be_written(found: NullFindings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StorageError, match=r"the page 'How often a verdict is wrong.*' cannot be written to"):
        write_page(found, tmp_path / "file")
