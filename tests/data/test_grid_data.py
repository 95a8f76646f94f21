from __future__ import annotations

import itertools
import math

import pytest
import torch

from gansearch.data import Grid, grid_centres


def test_the_modes_are_every_pair_of_the_five_coordinates() -> None:
    found = {tuple(centre) for centre in grid_centres().tolist()}
    assert found == set(itertools.product((-4.0, -2.0, 0.0, 2.0, 4.0), repeat=2))


def test_points_scatter_around_their_mode_with_its_deviation() -> None:
    data = Grid().load(None)
    offsets = data.train.values - grid_centres()[data.train.labels]
    assert offsets.std().item() == pytest.approx(0.05, abs=7e-4)
    assert offsets.mean().item() == pytest.approx(0.0, abs=1e-3)
    assert data.mode_std == 0.05
    assert data.modes is not None
    assert torch.equal(data.modes, grid_centres())


def test_modes_are_equally_likely() -> None:
    shares = Grid().load(None).train.labels.bincount() / 20_000
    assert shares.tolist() == pytest.approx([0.04] * 25, abs=4 * math.sqrt(0.04 * 0.96 / 20_000))


def test_the_content_is_the_known_one() -> None:
    assert Grid().load(None).checksum == "edc154321dc6"
