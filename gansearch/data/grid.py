"""Twenty-five Gaussians on a square grid. Source: VEEGAN, arXiv:1705.07761; set-up of PacGAN, arXiv:1712.04086."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from gansearch.data._base import Data, DataSet
from gansearch.data._mixture import mixture
from gansearch.dimensions import Int, static
from gansearch.records import Geometry

COORDINATES = (-4.0, -2.0, 0.0, 2.0, 4.0)
STD = 0.05


@dataclass(frozen=True, kw_only=True)
class Grid(DataSet):
    """Points around {-4, -2, 0, 2, 4} x {-4, -2, 0, 2, 4}, standard deviation 0.05."""

    name: ClassVar[str] = "grid"
    geometry: ClassVar[Geometry] = Geometry(shape=(2,), bounded=False, classes=len(COORDINATES) ** 2)

    train_samples: int = static(20_000, Int(1_000, 100_000, log=True), "points to train on", limits=Int(1, 10_000_000))
    test_samples: int = static(
        10_000, Int(1_000, 100_000, log=True), "points to compare with", limits=Int(1, 10_000_000)
    )
    seed: int = static(0, Int(0, 2**31 - 1), "decides the points")

    def load(self, data_dir: Path | None) -> Data:
        """Draw the points; ``data_dir`` is not used."""
        return mixture(
            self.name,
            grid_centres(),
            STD,
            train_samples=self.train_samples,
            test_samples=self.test_samples,
            seed=self.seed,
        )


def grid_centres() -> Float[Tensor, "25 2"]:
    """The modes, [25, 2]."""
    axis = torch.tensor(COORDINATES)
    return torch.cartesian_prod(axis, axis)
