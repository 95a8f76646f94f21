"""Columns, JSON, durations and numbers."""

from __future__ import annotations

import json

import pytest

from gansearch.cli._text import columns, duration, number, print_json


def test_columns_are_aligned_and_no_line_is_cut() -> None:
    text = columns([("a", "bb"), ("cccc", "d" * 200)], indent="  ")

    assert text == "  a     bb\n  cccc  " + "d" * 200


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (59.4, "59s"), (59.6, "1m00s"), (73, "1m13s"), (3599.7, "1h00m"), (7384, "2h03m"), (None, "-")],
)
def test_a_duration_has_two_units_at_most(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


def test_a_number_has_four_digits() -> None:
    assert (number(12.34567), number(1.5e-5), number(None)) == ("12.35", "1.5e-05", "-")


def test_json_has_null_where_a_number_is_not_finite(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"best": float("nan"), "all": [1.0, float("inf")], "nested": {"x": (2,)}})

    assert json.loads(capsys.readouterr().out) == {"best": None, "all": [1.0, None], "nested": {"x": [2]}}
