from __future__ import annotations

import pytest
import torch
from scipy.stats import chi2_contingency
from torch import Tensor

from gansearch.errors import DataError
from gansearch.metrics import Measured
from gansearch.metrics.ndb import Ndb, are_different, counted
from gansearch.testing.measured import normal, of_features

COUNT = 10_000


def share(real: Measured, fake: Tensor) -> float:
    return Ndb().value(real=real, fake=of_features(fake))


@pytest.fixture(scope="module")
def real() -> Measured:
    """One object, so that its bins are fitted once."""
    return of_features(normal(0, COUNT, 4))


def test_two_proportions_agree_with_scipy() -> None:
    """The test of two proportions is the chi-squared test of a table of two by two."""
    counts, others = torch.tensor([500.0, 300.0, 180.0, 20.0]), torch.tensor([460.0, 340.0, 191.0, 9.0])
    expected = []
    for one, other in zip(counts.tolist(), others.tolist(), strict=True):
        table = [[one, 1000 - one], [other, 1000 - other]]
        expected.append(chi2_contingency(table, correction=False).pvalue < 0.05)
    assert are_different(counts, others).tolist() == expected == [False, False, False, True]


@pytest.mark.parametrize(("other", "expected"), [(543, False), (545, True)])
def test_the_threshold(other: int, expected: bool) -> None:
    """500 against 544 of 1,000 is 1.969 standard deviations; 543 is 1.924."""
    counts, others = torch.tensor([500.0, 500.0]), torch.tensor([float(other), 1000.0 - other])
    assert are_different(counts, others).tolist() == [expected] * 2


def test_bins_that_both_leave_empty_do_not_differ() -> None:
    assert are_different(torch.tensor([5.0, 0.0]), torch.tensor([7.0, 0.0])).tolist() == [False, False]


def test_samples_belong_to_their_nearest_bin() -> None:
    centres = torch.tensor([[0.0], [10.0], [20.0]], dtype=torch.float64)
    assert counted(torch.tensor([[1.0], [4.0], [6.0], [99.0]]), centres).tolist() == [2, 1, 1]


def test_identical_sets_differ_nowhere(real: Measured) -> None:
    assert share(real, real.features.clone()) == 0


def test_a_perfect_sampler_differs_by_chance(real: Measured) -> None:
    """In 5 of 100 bins, give or take 2.2 for each of two draws."""
    values = [share(real, normal(seed, COUNT, 4)) for seed in (1, 2)]
    assert sum(values) / 2 == pytest.approx(0.05, abs=0.05)


def test_one_image_differs_in_almost_all_bins(real: Measured) -> None:
    assert share(real, real.features[:1].expand(COUNT, -1)) >= 0.99


def test_a_lost_half_of_the_space_differs_in_almost_all_bins(real: Measured) -> None:
    fake = normal(3, COUNT, 4)
    fake[:, 0] = fake[:, 0].abs()
    assert share(real, fake) > 0.9  # the other half holds twice too many


def test_too_few_samples_are_refused(real: Measured) -> None:
    with pytest.raises(DataError, match="ndb needs at least 10,000 samples; got 9,999 generated ones"):
        share(real, normal(1, COUNT - 1, 4))
