"""Feature matching: fakes with the mean features of real samples. Source: Salimans et al. 2016, arXiv:1606.03498."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float as Floats
from torch import Tensor

from gansearch.dimensions import Choice, Float, static, traced
from gansearch.records import Facts
from gansearch.tricks._base import Batch, Lanes, Scalar, Trick


@dataclass(frozen=True, kw_only=True, eq=False)
class FeatureMatching(Trick):
    """Adds ``weight * mean_f (E f(x) - E f(G(z)))^2`` to the generator's loss, or puts it in its place.

    ``f`` are the discriminator's features, and the mean is over them: the squared length of the gap, as the paper has
    it, is as many times as large as there are features. The norm ``absolute`` takes ``mean_f |E f(x) - E f(G(z))|``.
    In the mode ``replace`` the generator learns from the features alone, as in the paper: good for classifiers that
    learn beside it (semi-supervised learning), less so for the look of samples. In the mode ``add`` it steadies a
    generator that runs after single scores.
    """

    name: ClassVar[str] = "feature_matching"
    facts: ClassVar[Facts] = Facts(needs_features=True)
    paper: ClassVar[str] = "Salimans et al. 2016, arXiv:1606.03498, section 3.1"
    neutral: ClassVar[Mapping[str, float]] = {"weight": 0.0}

    weight: Scalar = traced(
        1.0, Float(0.01, 100.0, log=True), "weight of the gap between mean features", limits=Float(0.0, 1e6)
    )
    mode: str = static("add", Choice(("add", "replace")), "beside the generator's own loss, or instead of it")
    norm: str = static("squared", Choice(("squared", "absolute")), "how the gap is measured, averaged over features")

    def adversarial_loss(self, lanes: Lanes, loss: Tensor) -> Tensor:
        """The generator's own loss [K], or zeros from which no gradient reaches it where it is replaced."""
        return torch.zeros_like(loss).requires_grad_() if self.mode == "replace" else loss

    def generator_loss(self, lanes: Lanes, batch: Batch) -> Tensor | None:
        """The weighted gap per lane, shape [K]."""
        assert batch.fake_features is not None
        with torch.no_grad():
            real = lanes.features(batch.real, batch.real_classes)
        return self.weight * mean_gap(real, batch.fake_features, self.norm)


def mean_gap(real: Floats[Tensor, "K B F"], fake: Floats[Tensor, "K n F"], norm: str) -> Floats[Tensor, " K"]:
    """Distance of the two batches' mean features, squared or absolute, averaged over the features."""
    gap = real.mean(1) - fake.mean(1)
    return (gap.square() if norm == "squared" else gap.abs()).mean(1)
