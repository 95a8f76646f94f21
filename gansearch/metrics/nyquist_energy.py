"""Checkerboards: energy at the highest frequencies of pixels. Source: Odena et al. 2016, doi:10.23915/distill.00003."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from gansearch.metrics._base import Direction, Measured, Metric, RealSet, View, When


@dataclass(frozen=True, kw_only=True)
class NyquistEnergy(Metric):
    """``e(fake) / e(real)``, with ``e`` the share of an image's energy about its mean at the Nyquist frequencies.

    What is there changes its sign at every pixel down the columns, along the rows, or both, as what the overlapping
    windows of a transposed convolution of stride 2 leave behind. 1 where generated images have as much of it as real
    ones, 0 where they have none; blur lowers it too.
    """

    name: ClassVar[str] = "nyquist_energy"
    unit: ClassVar[str] = "times the real share"
    direction: ClassVar[Direction] = "minimize"
    source: ClassVar[str] = "power at the Nyquist frequencies; Odena et al. 2016, doi:10.23915/distill.00003"
    view: ClassVar[View] = "pixels"
    when: ClassVar[When] = "asked"
    real_set: ClassVar[RealSet] = "whole"
    needs_images: ClassVar[bool] = True
    least_side: ClassVar[int] = 2

    def measure(self, *, real: Measured, fake: Measured) -> float:
        """The ratio, at least 0; NaN where real images have no such energy, or one side does not vary at all."""
        assert fake.samples is not None
        pixels = real.features.reshape(-1, *fake.samples.shape[1:]) if real.samples is None else real.samples
        # Pixels of real images lie in [0, 1], those of generated ones in [-1, 1]: a share is the same of both.
        of_real, of_fake = _share(pixels), _share(fake.samples)
        return (of_fake / of_real).item() if of_real > 0 else float("nan")


def _share(images: Float[Tensor, "n c h w"]) -> Float[Tensor, ""]:
    """Energy at the three frequencies of alternating pixels over all energy but the mean's, of all images together."""
    centred = images.double() - images.double().mean(dim=(2, 3), keepdim=True)
    height, width = images.shape[2:]
    down, along = ((-1.0) ** torch.arange(side, device=images.device) for side in (height, width))
    patterns = ((down, along), (down, along.abs()), (down.abs(), along))
    found = (torch.einsum("nchw,h,w->nc", centred, *(each.to(centred) for each in pattern)) for pattern in patterns)
    alternating = torch.stack([each.square().sum() for each in found]).sum()
    return alternating / (height * width) / centred.square().sum()
