from __future__ import annotations

import pytest
import torch

from gansearch.metrics.effective_rank import EffectiveRank, effective_rank
from gansearch.testing.measured import normal, of_features


def test_rank_of_known_spectra() -> None:
    assert effective_rank(torch.eye(5, dtype=torch.float64)) == pytest.approx(5, abs=1e-9)
    assert effective_rank(torch.diag(torch.tensor([2.0, 2.0, 0.0, 0.0]).double())) == pytest.approx(2, abs=1e-9)
    # p = (1/2, 1/4, 1/4): H = 1.5 ln 2
    assert effective_rank(torch.diag(torch.tensor([2.0, 1.0, 1.0]).double())) == pytest.approx(2**1.5, abs=1e-9)
    assert effective_rank(torch.zeros(3, 3, dtype=torch.float64)) == 0.0


def test_it_is_a_share_of_the_real_rank_and_has_no_scale() -> None:
    real = normal(0, 20_000, 4)
    flat = normal(1, 20_000, 4) * torch.tensor([1.0, 1.0, 0.0, 0.0])
    measure = EffectiveRank().measure
    assert measure(real=of_features(real), fake=of_features(flat)) == pytest.approx(0.5, abs=0.001)
    assert measure(real=of_features(real), fake=of_features(0.1 * real + 7)) == pytest.approx(1.0, abs=1e-4)


def test_equal_samples_have_none() -> None:
    assert EffectiveRank().measure(real=of_features(normal(0, 30, 3)), fake=of_features(torch.ones(30, 3))) == 0.0
