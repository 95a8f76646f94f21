from __future__ import annotations

import math

import pytest
import torch

from gansearch.data import Grid, Ring, ring_centres


def test_eight_modes_differ_and_lie_on_the_unit_circle_at_equal_distances() -> None:
    centres = ring_centres()
    assert centres.shape == (8, 2)
    assert centres.norm(dim=1).tolist() == pytest.approx([1.0] * 8, abs=1e-6)
    neighbours = (centres - centres.roll(1, 0)).norm(dim=1)
    assert neighbours.tolist() == pytest.approx([2 * math.sin(math.pi / 8)] * 8, abs=1e-6)


def test_points_scatter_around_their_mode_with_its_deviation() -> None:
    data = Ring().load(None)
    offsets = data.train.values - ring_centres()[data.train.labels]
    # 40,000 numbers: the deviation's own standard error is .01 / sqrt(80,000) = 3.5e-5.
    assert offsets.std().item() == pytest.approx(0.01, abs=1.5e-4)
    assert offsets.mean().item() == pytest.approx(0.0, abs=2e-4)
    assert data.mode_std == 0.01
    assert data.modes is not None
    assert torch.equal(data.modes, ring_centres())


def test_modes_are_equally_likely() -> None:
    shares = Ring().load(None).train.labels.bincount() / 20_000
    # Four standard errors of a share of 1/8 among 20,000.
    assert shares.tolist() == pytest.approx([0.125] * 8, abs=4 * math.sqrt(0.125 * 0.875 / 20_000))


def test_an_exact_sampler_has_the_known_share_of_high_quality() -> None:
    data = Ring().load(None)
    assert data.test is not None
    nearest = torch.cdist(data.test.values, ring_centres()).min(1).values
    # 1 - exp(-4.5) of a two-dimensional normal lies within 3 deviations.
    expected = 1 - math.exp(-4.5)
    assert (nearest < 0.03).double().mean().item() == pytest.approx(expected, abs=4 * math.sqrt(0.0111 / 10_000))


def test_sizes_and_seed_are_settings() -> None:
    small, other = Ring(train_samples=50, test_samples=30).load(None), Ring(train_samples=50, seed=1).load(None)
    assert small.test is not None
    assert (len(small.train), len(small.test)) == (50, 30)
    assert small.checksum != other.checksum
    assert not torch.equal(small.train.values, other.train.values)


def test_the_content_is_the_known_one() -> None:
    assert Ring().load(None).checksum == "78bccde43027"


@pytest.mark.parametrize("points", [Ring, Grid])
def test_the_width_of_modes_can_be_chosen(points: type[Ring] | type[Grid]) -> None:
    wide = points(std=0.2).load(None)
    assert wide.mode_std == 0.2
    assert wide.modes is not None
    off = wide.train.values - wide.modes[wide.train.labels]
    assert off.std().item() == pytest.approx(0.2, rel=0.02)
    assert wide.checksum != points().load(None).checksum
