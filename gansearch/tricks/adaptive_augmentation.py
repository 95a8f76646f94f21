"""Augmentation as strong as the discriminator overfits (ADA). Source: Karras et al. 2020, arXiv:2006.06676."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from gansearch.dimensions import Choice, Float, static, traced
from gansearch.records import Facts
from gansearch.tricks._augmentation import cut_out, recoloured, translated
from gansearch.tricks._base import Batch, Lanes, Role, Scalar, Trick, across

YES_OR_NO = Choice((False, True))
TRANSLATION_SHARE, CUTOUT_SHARE = 1 / 8, 1 / 2
"""Of the side, as in differentiable augmentation."""


@dataclass(frozen=True, kw_only=True, eq=False)
class AdaptiveAugmentation(Trick):
    """Augments samples with a probability that moves: ``p <- p + B / (1000 kimg) * sign(E sign(D(x)) - target)``.

    Each augmentation of each sample, in either update, is made with probability p by itself; gradients pass through.
    The share of real samples that are taken for real tells how far the discriminator overfits: p starts at ``start``
    and stays in [0, 1]. The paper moves p every 4 steps, here each moves it in proportion. It makes sense where there
    are few real samples, and how few are too few is not known. Digits are translated alone; nothing is flipped.
    """

    name: ClassVar[str] = "adaptive_augmentation"
    slot: ClassVar[str] = "augmentation"
    facts: ClassVar[Facts] = Facts(needs_images=True, needs_probability_loss=True)
    paper: ClassVar[str] = "Karras et al. 2020, arXiv:2006.06676"
    signals: ClassVar[tuple[str, ...]] = ("p",)

    target: Scalar = traced(
        0.6, Float(0.4, 0.8), "mean sign of the scores of real samples that is aimed at", limits=Float(-1.0, 1.0)
    )
    kimg: Scalar = traced(
        500.0,
        Float(50.0, 5000.0, log=True),
        "real samples in which p can go from 0 to 1",
        unit="thousand samples",
        limits=Float(1e-3, 1e6),
    )
    start: Scalar = traced(
        0.0, Float(0.0, 0.5), "p at the start of the run", unit="probability", limits=Float(0.0, 1.0)
    )
    color: bool = static(False, YES_OR_NO, "whether colors are changed")
    translation: bool = static(True, YES_OR_NO, "whether samples are translated")
    cutout: bool = static(False, YES_OR_NO, "whether a square is cut out")

    def initial_state(self, lanes: Lanes) -> Mapping[str, Tensor]:
        """The probability and the mean sign of the last real scores, [K] each."""
        zeros = lanes.generator_parameters.new_zeros(lanes.count)
        return {"p": zeros + self.start, "sign": zeros}

    def discriminator_input(self, lanes: Lanes, images: Tensor, role: Role) -> Tensor:
        """Images [K, B, C, H, W], some of them augmented; each role draws numbers of its own."""
        if self.color:
            images = self._at_times(lanes, images, 3, recoloured)
        if self.translation:
            images = self._at_times(lanes, images, 2, lambda each, u: translated(each, TRANSLATION_SHARE, u))
        if self.cutout:
            images = self._at_times(lanes, images, 2, lambda each, u: cut_out(each, CUTOUT_SHARE, u))
        return images

    def discriminator_loss(self, lanes: Lanes, batch: Batch) -> None:
        """Adds nothing; keeps how far real samples are taken for real."""
        assert batch.real_scores is not None
        lanes.state["sign"].copy_(batch.real_scores.detach().sign().mean(1))

    def after_step(self, lanes: Lanes) -> None:
        """Move the probability."""
        p, sign = lanes.state["p"], lanes.state["sign"]
        p.add_(torch.sign(sign - self.target) * (lanes.sizes.batch / (1000 * self.kimg))).clamp_(0, 1)

    def measured(self, lanes: Lanes) -> Mapping[str, Tensor]:
        """The probability."""
        return {"p": lanes.state["p"]}

    def _at_times(
        self, lanes: Lanes, images: Tensor, numbers: int, augment: Callable[[Tensor, Tensor], Tensor]
    ) -> Tensor:
        drawn = lanes.uniform((images.shape[1], 1 + numbers))
        is_chosen = drawn[..., 0] < across(lanes.state["p"], drawn[..., 0])
        return torch.where(is_chosen[..., None, None, None], augment(images, drawn[..., 1:]), images)
