"""Latents on a sphere. Source: White 2016, Sampling Generative Networks, arXiv:1609.04468."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from gansearch.records import Facts, Geometry
from gansearch.tricks._base import Classes, Lanes, Trick

SMALLEST_NORM = 1e-12
"""Below it a latent vector is left almost as it is instead of being divided by nothing."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SphericalLatents(Trick):
    """Projects the latents onto the sphere of radius sqrt(d): ``z <- z / |z| * sqrt(d)``.

    Normal latents become uniform on the sphere, at the length that they have on average.
    """

    name: ClassVar[str] = "spherical_latents"
    facts: ClassVar[Facts] = Facts(shapes_latents=True)
    paper: ClassVar[str] = "White 2016, arXiv:1609.04468"

    def latents(self, lanes: Lanes, latents: Tensor, classes: Classes) -> Tensor:
        """The projected latents, [K, B, Z]."""
        return on_sphere(latents)

    def plain_latents(self, geometry: Geometry) -> str:
        """The same as an expression."""
        norm = f"torch.linalg.vector_norm(latents, dim=-1, keepdim=True).clamp_min({SMALLEST_NORM})"
        return f"latents / {norm} * latents.shape[-1] ** 0.5"


def on_sphere(latents: Float[Tensor, "*N Z"]) -> Float[Tensor, "*N Z"]:
    """Vectors of length sqrt(Z) in the directions of ``latents``."""
    norm: Tensor = torch.linalg.vector_norm(latents, dim=-1, keepdim=True).clamp_min(SMALLEST_NORM)
    return latents / norm * math.sqrt(latents.shape[-1])
