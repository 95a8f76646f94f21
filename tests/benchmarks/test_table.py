"""Tables with and without rich."""

from __future__ import annotations

import sys

import pytest

from benchmarks.table import Cell, Table, plain, show, text

TABLE = Table("speed", [{"case": "a", "ms": 1.23456}, {"case": "bb", "ms": 12345.6, "remark": "[slow]"}], "a note")


@pytest.mark.parametrize(
    ("cell", "printed"),
    [(None, ""), (True, "yes"), (False, "no"), (7, "7"), (0.12345, "0.123"), (1234.5678, "1,235"), ("x", "x")],
)
def test_cells(cell: Cell, printed: str) -> None:
    assert text(cell) == printed


def test_plain_columns_are_aligned() -> None:
    assert plain(TABLE).splitlines() == [
        "speed",
        "case      ms  remark",
        "   a    1.23        ",
        "  bb  12,346  [slow]",
        "a note",
    ]


def test_an_empty_table_is_its_title() -> None:
    assert plain(Table("empty", [])).split() == ["empty"]


def test_without_rich_the_plain_form_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "rich", None)
    show(TABLE)

    assert capsys.readouterr().out.strip() == plain(TABLE).strip()


def test_with_rich_every_cell_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    show(TABLE)
    printed = capsys.readouterr().out

    for word in ("speed", "case", "remark", "1.23", "12,346", "[slow]", "a note"):
        assert word in printed
