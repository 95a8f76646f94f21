from __future__ import annotations

import torch

from gansearch.metrics import Measured
from gansearch.metrics.modes_covered import ModesCovered
from gansearch.metrics.points import PointsExtractor

MODES = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])


def covered(points: list[list[float]]) -> float:
    fake: Measured = PointsExtractor(MODES, 0.1)(torch.tensor(points))
    return ModesCovered().measure(real=fake, fake=fake)


def test_one_sample_within_three_deviations_is_enough() -> None:
    assert covered([[0.29, 0.0], [5.0, 5.0], [6.0, 5.0]]) == 1
    assert covered([[0.0, 0.0], [1.0, 0.1], [0.0, 1.2]]) == 3


def test_samples_between_modes_cover_none() -> None:
    assert covered([[0.5, 0.0], [0.31, 0.0]]) == 0
