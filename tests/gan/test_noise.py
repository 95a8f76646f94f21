"""Noise behind layers: its spread in every lane, and where there is none."""

from __future__ import annotations

import pytest
import torch

from gansearch.gan.noise import Noise
from gansearch.testing.draws import FakeDraws
from gansearch.testing.seeded import seeded_normal

INPUTS = seeded_normal("inputs", range(3), (100, 200))


@pytest.mark.parametrize("lanes", [1, 3])
def test_noise_has_the_standard_deviation_of_its_lane(lanes: int) -> None:
    sigma = torch.tensor([0.2, 0.05, 0.1][:lanes], dtype=torch.float64)

    added = Noise("noise.0", sigma)({}, INPUTS[:lanes], FakeDraws(range(lanes))) - INPUTS[:lanes]

    for lane, spread in zip(added, sigma.tolist(), strict=True):
        assert lane.std().item() == pytest.approx(spread, rel=0.02)
        assert lane.mean().item() == pytest.approx(0, abs=0.02 * spread)


def test_sigma_0_is_identical() -> None:
    draws = FakeDraws(range(3))

    together = Noise("noise.0", torch.tensor([0.0, 0.1, 0.0]).double())({}, INPUTS, draws)

    assert torch.equal(Noise("noise.0", 0.0)({}, INPUTS, draws), INPUTS)
    assert [torch.equal(*each) for each in zip(together, INPUTS, strict=True)] == [True, False, True]


def test_one_number_is_that_number_in_every_lane() -> None:
    draws = FakeDraws(range(3))

    one, each = (
        Noise("noise.0", sigma)({}, INPUTS, draws) for sigma in (0.1, torch.full((3,), 0.1, dtype=torch.float64))
    )

    assert torch.equal(one, each)


def test_it_is_drawn_for_samples_only_where_it_is_to() -> None:
    draws = FakeDraws(range(3), is_sampling=True)

    assert Noise("noise.0", 0.1)({}, INPUTS, draws) is INPUTS
    assert Noise("noise.0", 0.1, when_sampling=True)({}, INPUTS, None) is INPUTS
    assert not torch.equal(Noise("noise.0", 0.1, when_sampling=True)({}, INPUTS, draws), INPUTS)
    assert Noise("noise.0", 0.1).plain_layers() == ()


def test_a_nan_stays_in_its_lane() -> None:
    inputs = INPUTS.clone()
    inputs[1] = float("nan")

    noisy = Noise("noise.0", torch.full((3,), 0.1, dtype=torch.float64))({}, inputs, FakeDraws(range(3)))

    assert noisy[[0, 2]].isfinite().all()
