"""Eight Gaussians on a circle. Source: Srivastava et al. 2017, VEEGAN, arXiv:1705.07761; Lin et al. 2018, PacGAN."""

from __future__ import annotations

import math
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

MODES = 8
RADIUS = 1.0
STD = 0.01


@dataclass(frozen=True, kw_only=True)
class Ring(DataSet):
    """Points around the 8 corners of a regular octagon of radius 1; PacGAN has a standard deviation of 0.01."""

    name: ClassVar[str] = "ring"
    geometry: ClassVar[Geometry] = Geometry(shape=(2,), bounded=False, classes=MODES)

    train_samples: int = static(20_000, Int(1_000, 100_000, log=True), "points to train on", limits=Int(1, 10_000_000))
    test_samples: int = static(
        10_000, Int(1_000, 100_000, log=True), "points to compare with", limits=Int(1, 10_000_000)
    )
    seed: int = static(0, Int(0, 2**31 - 1), "decides the points")
    std: float = static(
        STD,
        Float(0.001, 0.25, log=True),
        "standard deviation of each mode in each direction",
        unit="units of the plane",
        limits=Float(1e-6, 0.25),
    )

    def load(self, data_dir: Path | None) -> Data:
        """Draw the points; ``data_dir`` is not used."""
        return mixture(
            self.name,
            ring_centres(),
            self.std,
            train_samples=self.train_samples,
            test_samples=self.test_samples,
            seed=self.seed,
        )


def ring_centres() -> Floats[Tensor, "8 2"]:
    """The modes, [8, 2], at the angles 2 pi i / 8.

    (Eight points of a closed interval [0, 2 pi] would be seven modes: the first and the last coincide.)
    """
    angles = torch.arange(MODES, dtype=torch.float64) * (2 * math.pi / MODES)
    return (RADIUS * torch.stack([angles.cos(), angles.sin()], dim=1)).float()
