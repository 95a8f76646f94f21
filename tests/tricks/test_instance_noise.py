"""Row 48 of the table of tricks."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch

from gansearch.testing.lanes import FakeLanes
from gansearch.tricks import Role
from gansearch.tricks.instance_noise import InstanceNoise, remaining

DECAYS = ("linear", "cosine", "exponential")
ROLES: tuple[Role, ...] = ("real", "fake", "generator")


def lanes(start: int = 0) -> FakeLanes:
    return FakeLanes(seeds=(0,), shape=(1, 28, 28), start=start, total_steps=100)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("sigma", [0.1, 0.3, 0.5])
def test_noise_adds_its_variance_for_every_role(sigma: float, role: Role) -> None:
    images = lanes().samples("real", 200)
    noisy = InstanceNoise(sigma=sigma).discriminator_input(lanes(), images, role)
    added = noisy - images
    assert added.var().item() == pytest.approx(sigma**2, rel=0.03)
    assert added.mean().item() == pytest.approx(0.0, abs=5 * sigma / math.sqrt(images.numel()))
    assert noisy.var().item() == pytest.approx(images.var().item() + sigma**2, rel=0.03)


@pytest.mark.parametrize("decay", DECAYS)
@pytest.mark.parametrize(("fraction", "last"), [(1.0, 100), (0.5, 50)])
def test_no_noise_is_left_after_its_fraction_of_the_run(fraction: float, last: int, decay: str) -> None:
    images = lanes().samples("real", 16)
    trick = InstanceNoise(sigma=0.5, fraction=fraction, decay=decay)
    for step in (last, last + 7):
        assert torch.equal(trick.discriminator_input(lanes(step), images, "fake"), images)
    before = trick.discriminator_input(lanes(last - 1), images, "fake")
    assert not torch.equal(before, images)


@pytest.mark.parametrize("decay", DECAYS)
def test_lanes_at_different_steps_have_the_noise_of_their_own(decay: str) -> None:
    starts = (0, 50, 75, 100)
    together = FakeLanes(seeds=(0,) * 4, start=starts, total_steps=100)
    trick = InstanceNoise(sigma=0.5, decay=decay)
    added = trick.discriminator_input(together, 0 * together.samples("real", 16), "real")
    unit = FakeLanes(seeds=(0,)).normal((16, 1, 8, 8))[0]
    for lane, start in enumerate(starts):
        left = remaining(torch.tensor(start / 100, dtype=torch.float64), decay)
        torch.testing.assert_close(added[lane], 0.5 * left * unit, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("decay", DECAYS)
def test_every_decay_falls_from_one_to_zero(decay: str) -> None:
    left = remaining(torch.linspace(0, 1, 11, dtype=torch.float64), decay).tolist()
    assert left[0] == 1.0
    assert left[-1] == 0.0
    assert all(later < earlier for earlier, later in pairwise(left))


@pytest.mark.parametrize(
    ("decay", "half"),
    [("linear", 0.5), ("cosine", 0.5), ("exponential", (math.exp(-2.5) - math.exp(-5)) / (1 - math.exp(-5)))],
)
def test_what_is_left_half_way(decay: str, half: float) -> None:
    assert remaining(torch.tensor([0.5], dtype=torch.float64), decay).item() == pytest.approx(half, abs=1e-12)


def test_real_fake_and_generator_get_different_numbers() -> None:
    one = lanes()
    images = one.samples("real", 16)
    added = [InstanceNoise(sigma=0.3).discriminator_input(one, images, role) - images for role in ROLES]
    for first, second in ((0, 1), (0, 2), (1, 2)):
        correlation = (added[first] * added[second]).mean().item() / 0.3**2
        assert correlation == pytest.approx(0.0, abs=5 / math.sqrt(images.numel()))


def test_gradients_pass_unchanged() -> None:
    images = lanes().samples("fake", 4).requires_grad_()
    noisy = InstanceNoise(sigma=0.3).discriminator_input(lanes(), images, "generator")
    (slope,) = torch.autograd.grad(noisy.sum(), images)
    assert torch.equal(slope, torch.ones_like(images))
