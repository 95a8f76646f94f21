"""How numbers and names are written."""

from __future__ import annotations

import pytest

from gansearch.reporting.statistics import Estimate, Interval
from gansearch.reporting.wording import (
    code,
    counted,
    duration,
    interval,
    number,
    p_value,
    percent,
    plain,
    plural,
    setting,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (12.34, "12.3"),
        (12.0, "12"),
        (-3.456, "-3.46"),
        (0.01234, "0.0123"),
        (1234.5, "1,234"),
        (99_999.0, "99,999"),
        (2e-5, "2.00e-05"),
        (1.5e7, "1.50e+07"),
        (float("nan"), "not measurable"),
        (float("inf"), "infinite"),
        (float("-inf"), "minus infinite"),
    ],
)
def test_numbers(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0 %"), (0.004, "0.4 %"), (0.416, "42 %"), (0.999, "100 %"), (1.0, "100 %")]
)
def test_shares(value: float, text: str) -> None:
    assert percent(value) == text


@pytest.mark.parametrize(("value", "text"), [(0.03, ".03"), (0.00049, "below .001"), (1.0, "1"), (0.0214, ".021")])
def test_p_values(value: float, text: str) -> None:
    assert p_value(value) == text


@pytest.mark.parametrize(("value", "text"), [(90, "90 s"), (130, "2.17 min"), (9000, "2.5 h")])
def test_durations(value: float, text: str) -> None:
    assert duration(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(None, "null"), (True, "true"), (False, "false"), (3, "3"), (2e-4, "0.0002"), ("elu", "elu")]
)
def test_settings(value: float | int | str | bool | None, text: str) -> None:
    assert setting(value) == text


def test_intervals_and_counts() -> None:
    assert interval(None) == "no interval"
    assert interval(Interval(0.1, 0.42), "percent") == "95 % interval 10 % to 42 %"
    assert counted(Estimate(0.3, 1200, Interval(-0.1, 0.6)), "correlation") == "n = 1,200, 95 % interval -0.10 to +0.60"


def test_words_from_elsewhere_stay_words() -> None:
    assert plain("two\n lines with `code") == "two lines with 'code"
    assert code("a`b") == "`a'b`"
    assert (plural(1, "run"), plural(1200, "run")) == ("1 run", "1,200 runs")
