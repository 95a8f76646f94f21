from __future__ import annotations

import pytest
import torch

from gansearch.metrics.mean_top_probability import MeanTopProbability
from gansearch.testing.measured import of_probabilities


def test_mean_of_the_largest() -> None:
    fake = of_probabilities(torch.tensor([[0.7, 0.3], [0.1, 0.9]]))
    assert MeanTopProbability().measure(real=fake, fake=fake) == pytest.approx(0.8, abs=1e-7)


def test_bounds() -> None:
    for probabilities, expected in ((torch.eye(4), 1.0), (torch.full((3, 4), 0.25), 0.25)):
        fake = of_probabilities(probabilities)
        assert MeanTopProbability().measure(real=fake, fake=fake) == expected
