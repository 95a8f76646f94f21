from __future__ import annotations

import math

import pytest
import torch

from gansearch.data.grid import Grid
from gansearch.data.ring import Ring
from gansearch.metrics.high_quality_share import HighQualityShare
from gansearch.metrics.points import PointsExtractor


@pytest.mark.parametrize("dataset", [Ring(), Grid()])
def test_an_exact_sampler_in_two_dimensions(dataset: Ring | Grid) -> None:
    data = dataset.load(None)
    real = PointsExtractor(data.modes, data.mode_std)(data.train.batch(torch.arange(len(data.train))))
    deviation = math.sqrt(math.exp(-4.5) * (1 - math.exp(-4.5)) / len(data.train))
    share = HighQualityShare().measure(real=real, fake=real)
    assert share == pytest.approx(1 - math.exp(-4.5), abs=4 * deviation)
