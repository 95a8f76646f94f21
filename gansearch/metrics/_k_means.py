"""Cells of samples, found quickly by rounds of k-means. Source: Lloyd 1982, doi:10.1109/TIT.1982.1056489."""

from __future__ import annotations

from typing import Final

import torch
from jaxtyping import Float, Int64
from torch import Generator, Tensor

ROUNDS: Final = 20
"""Of moving centres at most: later ones hardly change which samples a cell holds."""


def k_means(features: Float[Tensor, "n d"], cells: int, stream: Generator) -> Float[Tensor, "k d"]:
    """Centres of cells in float64; a cell that loses all its samples keeps its centre.

    Args:
        features: at least as many as cells, on the CPU, whose sums are the same every time.
        cells: their number.
        stream: decides which samples are the first centres.
    """
    points = features.double()
    centres = points[torch.randperm(len(points), generator=stream)[:cells]]
    for _ in range(ROUNDS):
        cell = nearest_cell(points, centres)
        counts = cell.bincount(minlength=cells)[:, None]
        sums = torch.zeros_like(centres).index_add_(0, cell, points)
        moved = torch.where(counts > 0, sums / counts.clamp_min(1), centres)
        if torch.equal(moved, centres):
            break
        centres = moved
    return centres


def nearest_cell(features: Float[Tensor, "n d"], centres: Float[Tensor, "k d"]) -> Int64[Tensor, " n"]:
    """The cell that each sample lies in: the first one where several centres are as near."""
    return torch.addmm(centres.square().sum(1), features.double(), centres.T, alpha=-2).argmin(1)
