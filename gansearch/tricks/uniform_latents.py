"""Uniform latents, against which normal ones are recommended. Source: Chintala et al. 2016, How to train a GAN."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from gansearch.gan.layers import elementwise
from gansearch.records import Facts, Geometry
from gansearch.tricks._base import Classes, Lanes, Trick


@dataclass(frozen=True, kw_only=True, eq=False)
class UniformLatents(Trick):
    """Latents uniform in [-1, 1]: ``z <- 2 Phi(z) - 1 = erf(z / sqrt(2))`` of normal ones, ``Phi`` their distribution.

    As in the first GANs and in DCGAN. In a cube most of the volume lies in the corners, so that the straight way from
    one latent vector to another leads through regions that training has never seen.
    """

    name: ClassVar[str] = "uniform_latents"
    facts: ClassVar[Facts] = Facts(shapes_latents=True)
    paper: ClassVar[str] = "Radford et al. 2016, arXiv:1511.06434; Chintala et al. 2016, How to train a GAN, item 3"

    def latents(self, lanes: Lanes, latents: Tensor, classes: Classes) -> Tensor:
        """The uniform latents, [K, B, Z]."""
        return in_cube(latents)

    def plain_latents(self, geometry: Geometry) -> str:
        """The same as an expression."""
        return "torch.erf(latents * 0.5 ** 0.5)"


def in_cube(latents: Float[Tensor, "*N Z"]) -> Float[Tensor, "*N Z"]:
    """Numbers uniform in [-1, 1] where ``latents`` are standard normal ones."""
    return elementwise(torch.erf, latents * 0.5**0.5)
