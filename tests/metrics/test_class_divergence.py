from __future__ import annotations

from math import isnan, log

import pytest
from torchmetrics.functional.regression import kl_divergence

from gansearch.errors import DataError
from gansearch.metrics import Measured
from gansearch.metrics.class_divergence import ClassDivergence, divergence
from gansearch.testing.measured import normal, of_classes


def between(real: list[int], fake: list[int], classes: int = 4) -> float:
    return ClassDivergence().value(real=of_classes(real, classes), fake=of_classes(fake, classes))


def test_one_class_of_four() -> None:
    assert between([0, 1, 2, 3] * 5, [2] * 7) == pytest.approx(log(4), rel=1e-12)


def test_shares_by_hand() -> None:
    expected = 0.75 * log(0.75 / 0.5) + 0.25 * log(0.25 / 0.5)
    assert between([0, 1] * 10, [0, 0, 0, 1]) == pytest.approx(expected, rel=1e-12)


def test_identical_sets_are_at_zero() -> None:
    assert between([0, 0, 1, 3], [0, 0, 1, 3]) == 0


def test_a_class_without_real_samples_counts_as_half_of_one() -> None:
    assert between([0] * 10, [1] * 3) == pytest.approx(log(1 / (0.5 / 10)), rel=1e-12)


def test_agrees_with_torchmetrics() -> None:
    shares, others = (normal(seed, 1, 10).double().softmax(1) for seed in (0, 1))
    assert divergence(shares[0], others[0]) == pytest.approx(kl_divergence(shares, others).item(), rel=1e-9)


def test_no_samples_on_the_real_side_are_refused() -> None:
    fake = of_classes([0, 1], 2)
    assert fake.probabilities is not None
    nothing = Measured(None, fake.features[:0], fake.probabilities[:0])
    with pytest.raises(DataError, match="class_divergence needs at least 1 samples; got 0 real ones"):
        ClassDivergence().value(real=nothing, fake=fake)
    assert isnan(ClassDivergence().value(real=fake, fake=nothing))
