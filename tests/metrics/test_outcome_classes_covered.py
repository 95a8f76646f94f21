from __future__ import annotations

import pytest
import torch

from gansearch.metrics.outcome_classes_covered import OutcomeClassesCovered, least_share, outcome_shares
from gansearch.metrics.points import PointsExtractor
from gansearch.testing.measured import of_classes

MODES = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])


def covered(labels: list[int], classes: int) -> float:
    fake = of_classes(labels, classes)
    return OutcomeClassesCovered().value(real=fake, fake=fake)


@pytest.mark.parametrize(
    ("classes", "share"), [(2, 0.01), (8, 0.01), (10, 0.01), (25, 0.002), (100, 0.0005), (1_000, 0.00005)]
)
def test_the_share_from_which_a_class_counts(classes: int, share: float) -> None:
    assert least_share(classes) == pytest.approx(share, rel=1e-12)


def test_of_ten_classes_each_counts_from_one_percent() -> None:
    assert covered([0] * 99 + [1], 10) == 2
    assert covered([0] * 100 + [1], 10) == 1
    assert covered(list(range(10)), 10) == 10


def test_of_25_each_counts_from_a_fifth_of_a_percent() -> None:
    assert covered([0] * 499 + [1], 25) == 2
    assert covered([0] * 500 + [1], 25) == 1


def test_only_samples_near_a_mode_belong_to_it() -> None:
    """98 near the first mode, one near the second, one nearest to the third and far from it."""
    points = torch.cat([torch.zeros(98, 2), torch.tensor([[1.0, 0.29], [0.0, 1.31]])])
    fake = PointsExtractor(MODES, 0.1)(points)
    assert OutcomeClassesCovered().value(real=fake, fake=fake) == 2
    assert outcome_shares(fake).tolist() == pytest.approx([0.98, 0.01, 0.0], abs=1e-15)


def test_far_from_every_mode_none_is_covered() -> None:
    fake = PointsExtractor(MODES, 0.1)(torch.full((50, 2), 9.0))
    assert OutcomeClassesCovered().value(real=fake, fake=fake) == 0
