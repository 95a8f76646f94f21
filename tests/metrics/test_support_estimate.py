from __future__ import annotations

import pytest
import torch
from torch import Tensor

from gansearch.errors import DataError
from gansearch.metrics import Measured
from gansearch.metrics.support_estimate import SupportEstimate, duplicate_pairs
from gansearch.testing.measured import normal, of_features

COUNT = 1_000
WIDTH = 16


@pytest.fixture(scope="module")
def real() -> Measured:
    return of_features(normal(0, COUNT, WIDTH))


def estimate(real: Measured, fake: Tensor) -> float:
    return SupportEstimate().value(real=real, fake=of_features(fake))


def drawn_from(things: int, seed: int, count: int = COUNT) -> Tensor:
    """Samples that are each one of so many things."""
    numbers = torch.randint(0, things, (count,), generator=torch.Generator().manual_seed(seed))
    return normal(seed + 1, things, WIDTH)[numbers]


@pytest.mark.parametrize("things", [1, 30, 500, 5_000])
def test_the_number_of_things_comes_back(real: Measured, things: int) -> None:
    """Within three standard errors: P pairs vary by about their root, fewer things also by how often each is drawn."""
    pairs = COUNT * (COUNT - 1) / 2 / things
    assert estimate(real, drawn_from(things, 7)) == pytest.approx(things, rel=3 / pairs**0.5)


def test_pairs_are_counted_exactly(real: Measured) -> None:
    """Twins, and a crowd of 40 whose pairs are 780."""
    fake = normal(3, COUNT, WIDTH) * 10
    fake[1] = fake[0]
    fake[100:140] = fake[100]
    assert duplicate_pairs(of_features(fake), 1e-6) == 1 + 40 * 39 / 2
    assert estimate(real, fake) == pytest.approx(COUNT * (COUNT - 1) / 2 / 781, rel=1e-12)


def test_pairs_against_every_distance() -> None:
    fake = normal(4, 300, 2)
    distances = torch.cdist(fake.double(), fake.double()).triu(1)
    for limit in (0.05, 0.3, 2.0):
        expected = ((distances <= limit) & (distances > 0)).sum().item()
        assert duplicate_pairs(of_features(fake), limit**2) == expected


def test_equal_samples_are_found_where_real_ones_repeat() -> None:
    """At a distance of 0 only equal ones are duplicates."""
    repeated = of_features(drawn_from(50, 5))
    assert estimate(repeated, drawn_from(80, 6)) == pytest.approx(80, rel=0.15)


def test_without_duplicates_it_is_a_lower_bound(real: Measured) -> None:
    assert estimate(real, normal(8, COUNT, WIDTH) * 100) == COUNT * (COUNT - 1) / 2


def test_real_samples_come_out_near_a_hundred_times_their_number(real: Measured) -> None:
    """One sample in a hundred has a duplicate: 5 to 10 pairs of the 1,000, which are each other's nearest or not."""
    assert COUNT * (COUNT - 1) / 20 <= estimate(real, real.features.clone()) <= COUNT * (COUNT - 1) / 10
    other = estimate(real, normal(9, COUNT, WIDTH))
    assert COUNT * (COUNT - 1) / 60 < other < COUNT * (COUNT - 1) / 2


def test_too_few_samples_are_refused(real: Measured) -> None:
    with pytest.raises(DataError, match="support_estimate needs at least 1,000 samples; got 999 generated ones"):
        estimate(real, normal(1, COUNT - 1, WIDTH))
