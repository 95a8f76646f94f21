"""The standard FID: Frechet distance of Inception features. Source: Heusel et al. 2017, arXiv:1706.08500."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gansearch.metrics._base import View, When
from gansearch.metrics.frechet_distance import FrechetDistance


@dataclass(frozen=True, kw_only=True)
class Fid(FrechetDistance):
    """``|mu_r - mu_f|^2 + tr(S_r + S_f - 2 (S_r S_f)^(1/2))``.

    Of the 2,048 features of the user's Inception weights. Papers use up to 50,000 samples of either side; values
    compare only at equal n.
    """

    name: ClassVar[str] = "fid"
    view: ClassVar[View] = "inception"
    when: ClassVar[When] = "end"
