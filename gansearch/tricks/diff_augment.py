"""Differentiable augmentation. Source: Zhao et al. 2020, arXiv:2006.10738."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from gansearch.dimensions import Choice, Float, static, traced
from gansearch.records import Facts
from gansearch.tricks._augmentation import cut_out, recoloured, translated
from gansearch.tricks._base import Lanes, Role, Scalar, Trick

YES_OR_NO = Choice((False, True))


@dataclass(frozen=True, kw_only=True, eq=False)
class DiffAugment(Trick):
    """Shows the discriminator ``T(x)`` and ``T(G(z))``, in either update, with a random augmentation T of each sample.

    Gradients pass through T, so the generator learns samples that look real under every augmentation, and not
    augmented ones. T is a change of color (brightness; of three channels also saturation and contrast), then a
    translation by up to a share of the side, then a square of zeros. It makes sense where there are few real samples,
    against a discriminator that learns them by heart. Digits are translated alone; nothing is flipped.
    """

    name: ClassVar[str] = "diff_augment"
    slot: ClassVar[str] = "augmentation"
    facts: ClassVar[Facts] = Facts(needs_images=True)
    paper: ClassVar[str] = "Zhao et al. 2020, arXiv:2006.10738"
    neutral: ClassVar[Mapping[str, float]] = {"translation_share": 0.0}

    color: bool = static(False, YES_OR_NO, "whether colors are changed")
    translation: bool = static(True, YES_OR_NO, "whether samples are translated")
    cutout: bool = static(False, YES_OR_NO, "whether a square is cut out")
    translation_share: Scalar = traced(
        0.125, Float(0.0, 0.25), "longest translation", unit="share of the side", limits=Float(0.0, 1.0)
    )
    cutout_share: Scalar = traced(
        0.5, Float(0.0, 0.5), "side of the square", unit="share of the side", limits=Float(0.0, 1.0)
    )

    def discriminator_input(self, lanes: Lanes, images: Tensor, role: Role) -> Tensor:
        """Augmented images, [K, B, C, H, W]; each role draws numbers of its own."""
        count = images.shape[1]
        if self.color:
            images = recoloured(images, lanes.uniform((count, 3)))
        if self.translation:
            images = translated(images, self.translation_share, lanes.uniform((count, 2)))
        if self.cutout:
            images = cut_out(images, self.cutout_share, lanes.uniform((count, 2)))
        return images
