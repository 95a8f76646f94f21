from __future__ import annotations

import pytest
import torch
from torch import Tensor

from gansearch.metrics import _near
from gansearch.metrics._near import nearest_squared, pairs_within, squared_between
from gansearch.testing.measured import normal


def all_squared(points: Tensor, centres: Tensor) -> Tensor:
    """Every squared distance as a sum of squared differences, in float64."""
    return (points.double()[:, None] - centres.double()).square().sum(2)


def within(points: Tensor, centres: Tensor, radii: Tensor) -> list[tuple[int, int]]:
    found = [torch.stack(pairs, 1) for pairs in pairs_within(points, centres, radii)]
    return sorted((point, centre) for point, centre in torch.cat(found).tolist())


def expected_within(points: Tensor, centres: Tensor, radii: Tensor) -> list[tuple[int, int]]:
    return sorted((p, c) for p, c in (all_squared(points, centres) < radii).nonzero().tolist())


def far(seed: int, count: int, width: int) -> Tensor:
    """Samples of which a few are very far away: their norms say nothing of the others."""
    samples = normal(seed, count, width)
    samples[::50] *= 1e12
    return samples


def offset(seed: int, count: int, width: int) -> Tensor:
    """Samples far from 0 that lie close to each other: their differences are lost in float32 products."""
    return normal(seed, count, width, scale=1e-3, shift=100.0)


def grid(seed: int, count: int, width: int) -> Tensor:
    """Whole numbers: many distances are equal."""
    return normal(seed, count, width, scale=1.5).round()


SAMPLES = [normal, far, offset, grid]


@pytest.mark.parametrize("samples", SAMPLES)
@pytest.mark.parametrize(("points", "centres", "width"), [(210, 170, 3), (33, 400, 40)])
def test_nearest_ones_are_those_of_all_distances(samples: object, points: int, centres: int, width: int) -> None:
    assert callable(samples)
    one, other = samples(0, points, width), samples(1, centres, width)
    expected = all_squared(one, other).sort(1).values[:, :5]
    assert torch.equal(nearest_squared(one, other, 5), expected)


@pytest.mark.parametrize("samples", SAMPLES)
def test_a_sample_is_not_its_own_neighbour(samples: object) -> None:
    assert callable(samples)
    points = samples(2, 150, 6)
    expected = all_squared(points, points).fill_diagonal_(torch.inf).sort(1).values[:, :3]
    assert torch.equal(nearest_squared(points, points, 3, own=torch.arange(150)), expected)


@pytest.mark.parametrize("samples", SAMPLES)
def test_pairs_are_those_of_all_distances(samples: object) -> None:
    """Also at the very radius, which is not within."""
    assert callable(samples)
    points, centres = samples(3, 120, 7), samples(4, 90, 7)
    radii = all_squared(points, centres).sort(0).values[4]
    pairs = within(points, centres, radii)
    assert pairs == expected_within(points, centres, radii)
    assert len(pairs) <= 4 * len(centres)


def test_all_and_none() -> None:
    points, centres = normal(5, 40, 4), normal(6, 30, 4)
    assert within(points, centres, torch.zeros(30, dtype=torch.float64)) == []
    assert len(within(points, centres, torch.full((30,), 1e6, dtype=torch.float64))) == 40 * 30


def test_equal_samples_are_at_zero() -> None:
    points = torch.full((60, 5), 0.1)
    assert torch.equal(nearest_squared(points, points, 5, own=torch.arange(60)), torch.zeros(60, 5).double())
    assert within(points, points, torch.zeros(60, dtype=torch.float64)) == []
    assert len(within(points, points, torch.full((60,), 1e-30, dtype=torch.float64))) == 60 * 60


def test_as_few_centres_as_are_asked_for() -> None:
    line = torch.arange(3.0)[:, None]
    assert nearest_squared(line, line, 3).tolist() == [[0, 1, 4], [0, 1, 1], [0, 1, 4]]
    assert nearest_squared(line, line, 2, own=torch.arange(3)).tolist() == [[1, 4], [1, 1], [1, 4]]


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    points, centres = normal(7, 130, 5), normal(8, 70, 5)
    radii = torch.full((70,), 3.0, dtype=torch.float64)
    nearest, pairs = nearest_squared(points, centres, 4), within(points, centres, radii)
    monkeypatch.setattr(_near, "BLOCK", 600)
    monkeypatch.setattr(_near, "PORTION", 17)
    assert torch.equal(nearest_squared(points, centres, 4), nearest)
    assert within(points, centres, radii) == pairs


def test_distances_of_pairs() -> None:
    corners = torch.tensor([[0.0, 0.0], [3.0, 4.0]])
    pairs = torch.tensor([0, 0, 1]), torch.tensor([0, 1, 0])
    assert squared_between(corners, corners, pairs).tolist() == [0, 25, 25]
