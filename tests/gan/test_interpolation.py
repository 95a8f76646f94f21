"""Row 3 of the table of tricks."""

from __future__ import annotations

import math

import pytest
import torch

from gansearch.gan.interpolation import slerp

SHARES = torch.linspace(0, 1, 11, dtype=torch.float64)


def vectors(count: int = 20, size: int = 100) -> torch.Tensor:
    return torch.randn(count, size, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def test_the_ends_are_the_vectors_themselves() -> None:
    start, end = vectors(), vectors().flip(0)
    path = slerp(start, end, SHARES)
    assert path.shape == (20, 11, 100)
    torch.testing.assert_close(path[:, 0], start, rtol=0, atol=1e-12)
    torch.testing.assert_close(path[:, -1], end, rtol=0, atol=1e-12)


def test_vectors_of_one_length_keep_it() -> None:
    unit = vectors() / vectors().norm(dim=1, keepdim=True)
    norms = slerp(unit, unit.flip(0), SHARES).norm(dim=2)
    torch.testing.assert_close(norms, torch.ones_like(norms), rtol=0, atol=1e-12)


def test_angles_grow_evenly() -> None:
    start, end = torch.tensor([1.0, 0.0]).double(), torch.tensor([0.0, 1.0]).double()
    path = slerp(start, end, SHARES)
    torch.testing.assert_close(torch.atan2(path[:, 1], path[:, 0]), SHARES * math.pi / 2, rtol=0, atol=1e-12)
    line = (start + end) / 2
    assert line.norm().item() == pytest.approx(math.sqrt(0.5), abs=1e-12)
    assert path[5].norm().item() == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("factor", [1.0, 2.0, -1.0])
def test_parallel_vectors_fall_back_to_the_line(factor: float) -> None:
    start = vectors(1)[0]
    path = slerp(start, factor * start, SHARES)
    expected = (1 - SHARES)[:, None] * start + SHARES[:, None] * factor * start
    torch.testing.assert_close(path, expected, rtol=0, atol=1e-10)
