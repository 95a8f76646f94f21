from __future__ import annotations

import torch

from gansearch.data import Data
from gansearch.data._mixture import mixture

CENTRES = torch.tensor([[0.0, 0.0, 0.0], [10.0, 0.0, 0.0]])


def drawn(*, train: int = 100, test: int = 100, seed: int = 0, std: float = 1.0) -> Data:
    return mixture("two", CENTRES, std, train_samples=train, test_samples=test, seed=seed)


def test_geometry_follows_from_the_centres() -> None:
    geometry = drawn().geometry
    assert geometry.shape == (3,)
    assert geometry.classes == 2
    assert not geometry.bounded


def test_splits_differ_and_neither_depends_on_the_others_size() -> None:
    first, other = drawn(), drawn(test=7)
    assert torch.equal(first.train.values, other.train.values)
    assert first.checksum == other.checksum
    assert first.test is not None
    assert not torch.equal(first.train.values, first.test.values)


def test_without_deviation_every_point_is_its_centre() -> None:
    data = drawn(std=0.0)
    assert torch.equal(data.train.values, CENTRES[data.train.labels])


def test_no_global_generator_is_used() -> None:
    torch.manual_seed(1)
    before = torch.get_rng_state()
    drawn()
    assert torch.equal(before, torch.get_rng_state())
