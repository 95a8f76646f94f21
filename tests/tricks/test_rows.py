"""Every row of the table has its code, its setting and the test that proves it."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from gansearch.space.known_settings import is_known
from gansearch.tricks.rows import Row, groups, rows

ROOT = Path(__file__).resolve().parents[2]
NUMBERS = (*(str(number) for number in range(1, 62)), *"abcdefghij")


def by_number(row: Row) -> str:
    return row.number


@cache
def functions(path: str) -> frozenset[str]:
    """Names of the test functions of a file."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_number_stands_once() -> None:
    assert sorted(row.number for row in rows()) == sorted(NUMBERS)


def test_every_row_stands_under_a_heading() -> None:
    assert all(groups().values())
    assert sorted(row.number for group in groups().values() for row in group) == sorted(NUMBERS)


@pytest.mark.parametrize("row", rows(), ids=by_number)
def test_its_code_exists(row: Row) -> None:
    assert row.files
    assert [path for path in row.files if not (ROOT / path).is_file()] == []


@pytest.mark.parametrize("row", rows(), ids=by_number)
def test_its_settings_are_known(row: Row) -> None:
    assert [setting for setting in row.settings if not is_known(setting)] == []


@pytest.mark.parametrize("row", rows(), ids=by_number)
def test_its_number_is_proven(row: Row) -> None:
    assert row.tests
    for test in row.tests:
        path, _, name = test.partition("::")
        assert (ROOT / path).is_file(), test
        assert name.partition("[")[0] in functions(path), test


@pytest.mark.parametrize("row", rows(), ids=by_number)
def test_it_says_what_it_is_and_where_it_comes_from(row: Row) -> None:
    assert row.title == row.title.strip()
    assert 0 < len(row.title) <= 90
    assert row.citation
    assert bool(row.seeds) is row.number.isdigit()
