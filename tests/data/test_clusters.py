"""Clusters as classes."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from gansearch.data import Data, labelled
from gansearch.data.clusters import fitted_centres, nearest
from gansearch.data.ring import Ring
from gansearch.errors import DataError


def test_clusters_of_a_mixture_are_its_modes() -> None:
    data = Ring(train_samples=4000).load(None)
    found = labelled(data, "kmeans", 8)
    assert found.geometry.classes == 8
    for mode in range(8):
        classes = found.train.labels[data.train.labels == mode]
        assert (classes == classes.mode().values).double().mean().item() == 1.0
    assert len(set(found.train.labels.tolist())) == 8


def test_the_data_alone_decide(tiny_data: Data) -> None:
    first, again = labelled(tiny_data, "kmeans", 3), labelled(replace(tiny_data), "kmeans", 3)
    assert torch.equal(first.train.labels, again.train.labels)
    assert torch.equal(first.train.values, tiny_data.train.values)


def test_own_classes_stay(tiny_data: Data) -> None:
    assert labelled(tiny_data, "own", 10) is tiny_data


def test_no_centre_can_be_moved_to_a_better_place() -> None:
    points = torch.randn(500, 3, generator=torch.Generator().manual_seed(0))
    centres = fitted_centres(points, 6, torch.Generator().manual_seed(1))
    assigned = nearest(points, centres)
    means = torch.stack([points[assigned == cluster].mean(0) for cluster in range(6)])
    torch.testing.assert_close(means, centres, rtol=0, atol=1e-4)


def test_equal_points_still_give_centres() -> None:
    centres = fitted_centres(torch.ones(10, 2), 3, torch.Generator().manual_seed(0))
    assert centres.isfinite().all()


def test_more_clusters_than_samples_are_refused(tiny_data: Data) -> None:
    with pytest.raises(DataError, match=r"label_clusters must be at most the number of samples, 64; got 65"):
        labelled(tiny_data, "kmeans", 65)
