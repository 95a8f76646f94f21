from __future__ import annotations

import torch
from torch import Generator

from gansearch.metrics._k_means import k_means, nearest_cell
from gansearch.testing.measured import normal


def test_centres_are_the_means_of_their_cells() -> None:
    features = normal(0, 400, 3)
    centres = k_means(features, 4, Generator().manual_seed(1))
    cell = nearest_cell(features, centres)
    means = torch.stack([features[cell == number].double().mean(0) for number in range(4)])
    torch.testing.assert_close(means, centres, atol=0.05, rtol=0)


def test_far_apart_clusters_are_found() -> None:
    where = torch.tensor([[0.0, 0.0], [50.0, 0.0]])
    features = torch.cat([normal(2, 60, 2) + where[0], normal(3, 40, 2) + where[1]])
    centres = k_means(features, 2, Generator().manual_seed(0))
    assert sorted(nearest_cell(features, centres).bincount().tolist()) == [40, 60]
    torch.testing.assert_close(centres.sort(0).values[:, 0], where.double()[:, 0], atol=0.5, rtol=0)


def test_equal_samples_share_the_first_cell() -> None:
    features = torch.ones(20, 2)
    centres = k_means(features, 3, Generator().manual_seed(0))
    assert centres.tolist() == [[1.0, 1.0]] * 3
    assert nearest_cell(features, centres).tolist() == [0] * 20


def test_the_seed_decides() -> None:
    features = normal(4, 300, 5)
    one, same, other = (k_means(features, 10, Generator().manual_seed(seed)) for seed in (5, 5, 6))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
