"""Occasional label flips. Source: Salimans et al. 2016, arXiv:1606.03498; Chintala et al. 2016, How to train a GAN."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Bool
from torch import Tensor

from gansearch.dimensions import Choice, Float, static, traced
from gansearch.records import Facts
from gansearch.tricks._base import Labels, Lanes, Scalar, Trick, across


@dataclass(frozen=True, kw_only=True, eq=False)
class LabelFlips(Trick):
    """Turns a label ``y`` into ``1 - y`` with probability p, drawn anew for each label.

    In the mode ``independent`` each label of the discriminator flips on its own; hard labels then have the loss floor
    ``2 H(p)``, .397 at 5 %. In the mode ``swap`` the label of the i-th real sample and that of the i-th fake one change
    places, so that the number of labels of either kind is kept. The generator's labels have no other half: they flip.
    """

    name: ClassVar[str] = "label_flips"
    facts: ClassVar[Facts] = Facts(needs_targets=True)
    paper: ClassVar[str] = "Chintala et al. 2016, How to train a GAN; Salimans et al. 2016, arXiv:1606.03498"
    neutral: ClassVar[Mapping[str, float]] = {"discriminator": 0.0, "generator": 0.0}

    discriminator: Scalar = traced(
        0.05,
        Float(0.0, 0.1),
        "chance that a label of the discriminator's update is flipped",
        unit="probability",
        limits=Float(0.0, 1.0),
    )
    generator: Scalar = traced(
        0.0,
        Float(0.0, 0.1),
        "chance that a label of the generator's update is flipped",
        unit="probability",
        limits=Float(0.0, 1.0),
    )
    mode: str = static(
        "independent", Choice(("independent", "swap")), "flip each label alone, or swap a real with a fake"
    )

    def labels(self, lanes: Lanes, labels: Labels) -> Labels:
        """Flipped targets, [K, B] each."""
        chosen = chosen_labels(lanes, labels.real, self.discriminator)
        if self.mode == "swap":
            return swapped(labels, chosen)
        return Labels(
            real=flipped(labels.real, chosen),
            fake=flipped(labels.fake, chosen_labels(lanes, labels.fake, self.discriminator)),
        )

    def generator_labels(self, lanes: Lanes, labels: Tensor) -> Tensor:
        """Flipped targets, [K, B]."""
        return flipped(labels, chosen_labels(lanes, labels, self.generator))


def chosen_labels(lanes: Lanes, labels: Tensor, p: Scalar) -> Bool[Tensor, "K B"]:
    """Which of ``labels`` [K, B] to flip: each with probability p, a number or [K]."""
    return lanes.uniform(labels.shape[1:]) < across(p, labels)


def flipped(labels: Tensor, chosen: Tensor) -> Tensor:
    """``1 - y`` where chosen, [K, B]."""
    return torch.where(chosen, 1 - labels, labels)


def swapped(labels: Labels, chosen: Tensor) -> Labels:
    """The i-th real and the i-th fake label exchanged where chosen, [K, B] each."""
    return Labels(
        real=torch.where(chosen, labels.fake, labels.real),
        fake=torch.where(chosen, labels.real, labels.fake),
    )
