from __future__ import annotations

import pytest

from gansearch.metrics.classes_covered import ClassesCovered, class_shares
from gansearch.testing.measured import of_classes


def covered(labels: list[int], classes: int = 10) -> float:
    fake = of_classes(labels, classes)
    return ClassesCovered().measure(real=fake, fake=fake)


def test_a_class_counts_from_one_percent() -> None:
    assert covered([0] * 98 + [1] * 2) == 2
    assert covered([0] * 99 + [1]) == 2
    assert covered([0] * 100 + [1]) == 1


def test_all_and_one() -> None:
    assert covered(list(range(10))) == 10
    assert covered([7] * 30) == 1


def test_shares_sum_to_one_and_count_absent_classes() -> None:
    probabilities = of_classes([0, 0, 2], 4).probabilities
    assert probabilities is not None
    assert class_shares(probabilities).tolist() == pytest.approx([2 / 3, 0, 1 / 3, 0], abs=1e-15)
