"""Measures that cannot be judged by are refused."""

from __future__ import annotations

import pytest

from gansearch.errors import ReportError
from gansearch.reporting.effects.measure import SUCCESS_RATE, Measure, Scale


def test_a_distance_is_a_ratio_of_which_less_is_better() -> None:
    found = Measure("frechet_distance")
    assert (found.scale, found.sign, found.margin, found.floor) == (Scale.RATIO, -1, 0.1, 0.0)
    assert (SUCCESS_RATE.scale, SUCCESS_RATE.sign) == (Scale.RATE, 1)


def test_rank_is_never_chosen() -> None:
    with pytest.raises(ReportError, match="scale must be ratio, difference or rate; got rank"):
        Measure("x", Scale.RANK)


@pytest.mark.parametrize(("scale", "margin"), [(Scale.RATIO, 0.0), (Scale.RATIO, 1.0), (Scale.RATE, 10.0)])
def test_margins_out_of_range(scale: Scale, margin: float) -> None:
    with pytest.raises(ReportError, match=f"margin must lie between 0 and 1; got {margin}"):
        Measure("x", scale, margin=margin)


def test_a_margin_in_the_metrics_unit_may_be_large() -> None:
    assert Measure("nats", Scale.DIFFERENCE, margin=50.0).margin == 50.0


def test_a_floor_below_zero() -> None:
    with pytest.raises(ReportError, match="floor must be at least 0 and finite; got -1"):
        Measure("x", floor=-1.0)
