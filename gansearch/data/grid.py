"""Twenty-five Gaussians on a square grid. Source: VEEGAN, arXiv:1705.07761; set-up of PacGAN, arXiv:1712.04086."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import torch
from jaxtyping import Float as Floats
from torch import Tensor

from gansearch.data._base import Data, DataSet
from gansearch.data._mixture import mixture
from gansearch.dimensions import Float, Int, static
from gansearch.records import Geometry

COORDINATES = (-4.0, -2.0, 0.0, 2.0, 4.0)
STD = 0.05


@dataclass(frozen=True, kw_only=True)
class Grid(DataSet):
    """Points around {-4, -2, 0, 2, 4} x {-4, -2, 0, 2, 4}, of standard deviation ``std``, 0.05 in the papers."""

    name: ClassVar[str] = "grid"
    geometry: ClassVar[Geometry] = Geometry(shape=(2,), bounded=False, classes=len(COORDINATES) ** 2)

    train_samples: int = static(20_000, Int(1_000, 100_000, log=True), "points to train on", limits=Int(1, 10_000_000))
    test_samples: int = static(
        10_000, Int(1_000, 100_000, log=True), "points to compare with", limits=Int(1, 10_000_000)
    )
    seed: int = static(0, Int(0, 2**31 - 1), "decides the points")
    std: float = static(
        STD,
        Float(0.001, 0.6, log=True),
        "standard deviation of each mode in each direction",
        unit="units of the plane",
        limits=Float(1e-6, 0.6),
    )

    def load(self, data_dir: Path | None) -> Data:
        """Draw the points; ``data_dir`` is not used."""
        return mixture(
            self.name,
            grid_centres(),
            self.std,
            train_samples=self.train_samples,
            test_samples=self.test_samples,
            seed=self.seed,
        )


def grid_centres() -> Floats[Tensor, "25 2"]:
    """The modes, [25, 2]."""
    axis = torch.tensor(COORDINATES)
    return torch.cartesian_prod(axis, axis)
