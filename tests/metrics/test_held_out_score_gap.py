from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from gansearch.metrics import Players
from gansearch.metrics.held_out_score_gap import HeldOutScoreGap
from gansearch.testing.measured import normal, of_features


def gap(training: Tensor, held_out: Tensor | None) -> float:
    samples = of_features(normal(0, 4, 2))
    players = Players(training, held_out, steepness=1.0, score_slope=1.0)
    return HeldOutScoreGap().measure(real=samples, fake=replace(samples, players=players))


def test_it_is_the_difference_of_means_in_standard_deviations() -> None:
    # Two points apart: the means differ by two standard deviations of the whole.
    assert gap(torch.full((50,), 3.0), torch.full((50,), 1.0)) == pytest.approx(2.0, abs=1e-12)
    assert gap(torch.full((50,), 1.0), torch.full((50,), 3.0)) == pytest.approx(-2.0, abs=1e-12)


def test_it_has_no_scale_and_is_small_where_nothing_was_learned_by_heart() -> None:
    one, other = normal(1, 5000, 1)[:, 0], normal(2, 5000, 1)[:, 0]
    assert abs(gap(one, other)) < 0.05
    assert gap(100 * one + 7, 100 * other + 7) == pytest.approx(gap(one, other), abs=1e-6)


def test_equal_scores_have_no_gap() -> None:
    assert gap(torch.ones(5), torch.ones(5)) == 0.0
