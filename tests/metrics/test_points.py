from __future__ import annotations

import torch

from gansearch.metrics.points import PointsExtractor

MODES = torch.tensor([[0.0, 0.0], [2.0, 0.0]])


def test_probabilities_are_the_nearest_mode() -> None:
    measured = PointsExtractor(MODES, 0.1)(torch.tensor([[0.9, 5.0], [1.1, 0.0], [2.5, 0.0]]))
    assert measured.samples is not None
    assert measured.features.tolist() == measured.samples.tolist()
    assert measured.probabilities is not None
    assert measured.probabilities.tolist() == [[1, 0], [0, 1], [0, 1]]
    assert measured.high_quality is not None
    assert measured.high_quality.tolist() == [False, False, False]


def test_three_deviations_are_of_high_quality() -> None:
    measured = PointsExtractor(MODES, 0.1)(torch.tensor([[0.299, 0.0], [0.301, 0.0]]))
    assert measured.high_quality is not None
    assert measured.high_quality.tolist() == [True, False]


def test_without_modes_there_are_only_coordinates() -> None:
    measured = PointsExtractor(None, None)(torch.zeros(3, 5))
    assert measured.probabilities is None
    assert measured.high_quality is None


def test_the_hash_names_the_mixture() -> None:
    hashes = {PointsExtractor(MODES, 0.1).hash, PointsExtractor(MODES, 0.2).hash, PointsExtractor(MODES + 1, 0.1).hash}
    assert len(hashes) == 3
    assert PointsExtractor(MODES.clone(), 0.1).hash in hashes
    assert all(len(each) == 12 for each in hashes)
