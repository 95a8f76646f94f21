from __future__ import annotations

import math

import pytest
import torch

from gansearch.metrics.sample_spread import SampleSpread
from gansearch.testing.measured import normal, of_features


@pytest.mark.parametrize("scale", [1.0, 0.1, 2.5])
def test_spread_is_the_scale(scale: float) -> None:
    real = normal(0, 100, 6)
    spread = SampleSpread().measure(real=of_features(real), fake=of_features(real * scale + 3))
    assert spread == pytest.approx(scale, rel=1e-5)


def test_equal_samples_have_none() -> None:
    spread = SampleSpread().measure(real=of_features(normal(0, 30, 3)), fake=of_features(torch.ones(30, 3)))
    assert spread == pytest.approx(0.0, abs=1e-12)


def test_cannot_be_told_against_equal_real_samples() -> None:
    assert math.isnan(SampleSpread().measure(real=of_features(torch.ones(9, 2)), fake=of_features(normal(0, 9, 2))))
