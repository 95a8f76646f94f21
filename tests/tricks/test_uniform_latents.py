"""Row 2 of the table of tricks."""

from __future__ import annotations

import math

import pytest
import torch

from gansearch.testing.lanes import FakeLanes
from gansearch.tricks.uniform_latents import UniformLatents, in_cube

MANY = 100_000


def test_latents_are_uniform() -> None:
    latents = FakeLanes(seeds=(0,)).numbers("latents", (MANY, 2))
    uniform = UniformLatents().latents(FakeLanes(seeds=(0,)), latents, None)
    assert uniform.abs().max().item() <= 1
    assert uniform.mean().item() == pytest.approx(0.0, abs=5 / math.sqrt(3 * 2 * MANY))
    assert uniform.var().item() == pytest.approx(1 / 3, rel=0.01)
    assert uniform.pow(4).mean().item() == pytest.approx(1 / 5, rel=0.02)
    counts = torch.histc(uniform, bins=10, min=-1, max=1) / uniform.numel()
    assert counts.tolist() == pytest.approx([0.1] * 10, abs=5e-3)


def test_it_is_the_distribution_function_of_normal_numbers() -> None:
    latents = FakeLanes().numbers("latents", (16, 5))
    expected = 2 * torch.special.ndtr(latents) - 1
    torch.testing.assert_close(in_cube(latents), expected, rtol=0, atol=1e-12)


def test_known_points() -> None:
    points = torch.tensor([[[-math.inf, 0.0, math.inf]]])
    assert in_cube(points).tolist() == [[[-1.0, 0.0, 1.0]]]
