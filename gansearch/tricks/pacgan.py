"""The discriminator judges several samples as one (PacGAN). Source: Lin et al. 2018, arXiv:1712.04086."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor

from gansearch.dimensions import Int, static
from gansearch.errors import TrainingError
from gansearch.records import Facts, Geometry
from gansearch.tricks._base import Classes, Lanes, Trick


@dataclass(frozen=True, kw_only=True, eq=False)
class Pacgan(Trick):
    """Shows the discriminator ``D(x_1, ..., x_m)``: ``samples`` neighbours of the batch as channels of one image.

    Samples that are vectors become one longer vector. All of a pack are real or all are fake, and it has one score. A
    generator that lacks modes shows less varied packs, so it makes sense against mode collapse; only the
    discriminator's first layer grows. The batch (half of it, where batches are halved) must be a multiple of
    ``samples``.
    """

    name: ClassVar[str] = "pacgan"
    facts: ClassVar[Facts] = Facts(packs_samples=True, couples_batch=True)
    paper: ClassVar[str] = "Lin et al. 2018, arXiv:1712.04086"

    samples: int = static(
        2, Int(2, 4), "samples of a pack; the shape of what the discriminator gets", unit="samples", limits=Int(2, 64)
    )

    def presented_geometry(self, geometry: Geometry) -> Geometry:
        """As many times the channels, or numbers."""
        first, *rest = geometry.shape
        return dataclasses.replace(geometry, shape=(self.samples * first, *rest))

    def presented(self, lanes: Lanes, images: Tensor, classes: Classes) -> Tensor:
        """Packs of neighbours, [K, B / samples, samples * C, H, W] or [K, B / samples, samples * D].

        Raises:
            TrainingError: where the batch is no multiple of ``samples``.
        """
        return packed(images, self.samples)


def packed(samples: Float[Tensor, "K B C *S"], count: int) -> Float[Tensor, "K b c *S"]:
    """Runs of ``count`` samples as one with as many times the channels.

    Raises:
        TrainingError: where the samples do not divide into such runs.
    """
    lanes, batch, first, *rest = samples.shape
    if batch % count:
        raise TrainingError(
            f"pacgan shows {count} samples as one, so every batch that the discriminator gets must be a multiple of "
            f"{count}; got a batch of {batch}"
        )
    return samples.reshape(lanes, batch // count, count * first, *rest)
