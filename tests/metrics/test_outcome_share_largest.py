from __future__ import annotations

import pytest
import torch

from gansearch.metrics.outcome_share_largest import OutcomeShareLargest
from gansearch.metrics.points import PointsExtractor
from gansearch.testing.measured import of_classes


@pytest.mark.parametrize(("labels", "share"), [([4] * 9, 1.0), ([0, 1, 2, 3], 0.25), ([0, 0, 0, 1], 0.75)])
def test_share_of_the_most_frequent_class(labels: list[int], share: float) -> None:
    fake = of_classes(labels, 5)
    assert OutcomeShareLargest().value(real=fake, fake=fake) == share


def test_of_known_modes_samples_far_from_all_count_among_all() -> None:
    """Three near the first mode, one near the second, four near none though nearest to the first."""
    points = torch.tensor([[0.0, 0.0]] * 3 + [[1.0, 0.0]] + [[-1.0, 0.0]] * 4)
    fake = PointsExtractor(torch.tensor([[0.0, 0.0], [1.0, 0.0]]), 0.1)(points)
    assert OutcomeShareLargest().value(real=fake, fake=fake) == 3 / 8
