"""Soft and noisy labels. Source: Salimans et al. 2016, arXiv:1606.03498 (one-sided); Chintala et al. 2016 (noisy)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from gansearch.dimensions import Choice, Float, static, traced
from gansearch.records import Facts
from gansearch.tricks._base import Labels, Lanes, Scalar, Trick, across


@dataclass(frozen=True, kw_only=True, eq=False)
class LabelSmoothing(Trick):
    """Replaces the discriminator's targets: ``real + real_range * u`` for 1, ``fake + fake_range * u`` for 0.

    ``u`` is drawn anew for each label, uniform in [0, 1) or normal with the same mean and deviation. Any other target
    ``y`` (a flipped label, say) goes to ``y * t_real + (1 - y) * t_fake``, so that it composes with tricks that change
    labels before it. With mean targets ``a`` and ``b`` the best discriminator is ``(a p + b q) / (p + q)`` and the loss
    has the floor ``H(a) + H(b)`` where real and fake are told apart, ``H`` the entropy of a coin.

    Known forms: one-sided ``real=0.9``; constant ``real=0.99, fake=0.1``; soft and noisy ``real=0.7, real_range=0.5,
    fake_range=0.3`` (targets above 1 have no lower bound for one sample, but for their mean); narrow ``real=0.9,
    real_range=0.1, fake_range=0.1``. The form with a Kullback-Leibler divergence differs by a constant: same gradient.
    """

    name: ClassVar[str] = "label_smoothing"
    facts: ClassVar[Facts] = Facts(needs_targets=True)
    paper: ClassVar[str] = "Salimans et al. 2016, arXiv:1606.03498; Chintala et al. 2016, How to train a GAN"
    neutral: ClassVar[Mapping[str, float]] = {"real": 1.0, "real_range": 0.0, "fake": 0.0, "fake_range": 0.0}

    real: Scalar = traced(
        0.9, Float(0.7, 1.0), "lowest target of real samples", unit="probability", limits=Float(0.5, 1.2)
    )
    real_range: Scalar = traced(
        0.0, Float(0.0, 0.5), "width of the noise on the target of real samples", unit="probability"
    )
    fake: Scalar = traced(
        0.0, Float(0.0, 0.3), "lowest target of fake samples", unit="probability", limits=Float(0.0, 0.5)
    )
    fake_range: Scalar = traced(
        0.0, Float(0.0, 0.5), "width of the noise on the target of fake samples", unit="probability"
    )
    noise: str = static(
        "uniform", Choice(("uniform", "normal")), "distribution of the noise, at equal mean and deviation"
    )
    generator: bool = static(False, Choice((False, True)), "whether the generator's targets are smoothed as well")

    def labels(self, lanes: Lanes, labels: Labels) -> Labels:
        """Smoothed targets, [K, B] each."""
        return Labels(real=self._smoothed(lanes, labels.real), fake=self._smoothed(lanes, labels.fake))

    def generator_labels(self, lanes: Lanes, labels: Tensor) -> Tensor:
        """Smoothed targets [K, B], where the generator's are smoothed at all."""
        return self._smoothed(lanes, labels) if self.generator else labels

    def _smoothed(self, lanes: Lanes, labels: Tensor) -> Tensor:
        # Drawn even where a range is 0: whether it is 0 in every lane is known on the device only.
        noise = unit_noise(lanes, labels.shape[1:], self.noise)
        return smoothed(
            labels,
            real=across(self.real, labels) + across(self.real_range, labels) * noise,
            fake=across(self.fake, labels) + across(self.fake_range, labels) * noise,
        )


def smoothed(labels: Tensor, *, real: Tensor, fake: Tensor) -> Tensor:
    """``real`` where a label is 1, ``fake`` where it is 0, between them in proportion; all [K, B]."""
    return labels * real + (1 - labels) * fake


def unit_noise(lanes: Lanes, shape: tuple[int, ...], distribution: str) -> Tensor:
    """Noise [K, *shape] of mean 1/2 and variance 1/12: uniform in [0, 1), or normal."""
    if distribution == "uniform":
        return lanes.uniform(shape)
    return lanes.normal(shape) / math.sqrt(12) + 0.5
