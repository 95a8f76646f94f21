"""Row 2 of the table of tricks."""

from __future__ import annotations

import math

import pytest
import torch

from gansearch.testing.lanes import FakeLanes
from gansearch.tricks.spherical_latents import SphericalLatents, on_sphere


@pytest.mark.parametrize("size", [2, 32, 100, 128])
def test_every_latent_vector_has_the_length_root_d(size: int) -> None:
    latents = SphericalLatents().latents(
        FakeLanes(), torch.randn(3, 16, size, generator=torch.Generator().manual_seed(0)), None
    )
    assert latents.norm(dim=-1).flatten().tolist() == pytest.approx([math.sqrt(size)] * 48, abs=1e-5)


def test_directions_are_kept() -> None:
    latents = FakeLanes().numbers("latents", (16, 5))
    cosine = torch.nn.functional.cosine_similarity(latents, on_sphere(latents), dim=-1)
    assert cosine.flatten().tolist() == pytest.approx([1.0] * 48, abs=1e-12)


def test_normal_latents_have_that_length_in_the_mean_already() -> None:
    latents = torch.randn(10_000, 100, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    # E |z|^2 = d, with a variance of 2 d for one vector.
    assert latents.square().sum(1).mean().item() == pytest.approx(100, abs=5 * math.sqrt(200 / 10_000))


def test_a_vector_of_zeros_stays_finite() -> None:
    assert on_sphere(torch.zeros(1, 1, 4)).tolist() == [[[0.0, 0.0, 0.0, 0.0]]]
