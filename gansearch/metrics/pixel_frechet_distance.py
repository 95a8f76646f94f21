"""Frechet distance of the pixels themselves, which anyone can repeat. Source: Heusel et al. 2017, arXiv:1706.08500."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gansearch.metrics._base import View, When
from gansearch.metrics.frechet_distance import FrechetDistance


@dataclass(frozen=True, kw_only=True)
class PixelFrechetDistance(FrechetDistance):
    """``|mu_r - mu_f|^2 + tr(S_r + S_f - 2 (S_r S_f)^(1/2))`` of pixels in [0, 1], or of coordinates.

    Its cost grows with the cube of the number of pixels: small images only.
    """

    name: ClassVar[str] = "pixel_frechet_distance"
    unit: ClassVar[str] = "squared pixel units"
    source: ClassVar[str] = "Heusel et al. 2017, arXiv:1706.08500; pixels in place of features"
    view: ClassVar[View] = "pixels"
    when: ClassVar[When] = "asked"
