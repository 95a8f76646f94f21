"""Least squares: scores are drawn to their targets. Source: Mao et al. 2016, arXiv:1611.04076."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from jaxtyping import Bool, Float
from torch import Tensor

from gansearch.gan._base import Loss
from gansearch.records import Facts

MIDDLE: Final = 0.5
"""Score half-way between the targets 0 of fakes and 1 of real samples."""


def half_squared_error(scores: Float[Tensor, "K B"], labels: Float[Tensor, "K B"]) -> Float[Tensor, " K"]:
    """``E (s - y)^2 / 2`` over the batch."""
    return (scores - labels).square().mean(1) / 2


@dataclass(frozen=True, kw_only=True, eq=False)
class LeastSquares(Loss):
    """Discriminator ``E (s_real - y_real)^2 / 2 + E (s_fake - y_fake)^2 / 2``, generator ``E (s_fake - y)^2 / 2``.

    Scores are no logits: those of real samples are drawn to 1. A fake far on the wrong side gives a large slope.
    """

    name: ClassVar[str] = "least_squares"
    facts: ClassVar[Facts] = Facts(has_targets=True)

    def discriminator(
        self,
        *,
        real: Float[Tensor, "K B"],
        fake: Float[Tensor, "K B"],
        real_labels: Float[Tensor, "K B"],
        fake_labels: Float[Tensor, "K B"],
    ) -> Float[Tensor, " K"]:
        """Half the squared error over real samples plus that over fake ones."""
        return half_squared_error(real, real_labels) + half_squared_error(fake, fake_labels)

    def generator(self, *, fake: Float[Tensor, "K B"], labels: Float[Tensor, "K B"]) -> Float[Tensor, " K"]:
        """Half the squared error of the fake scores with the labels that the generator wants."""
        return half_squared_error(fake, labels)

    def says_real(self, scores: Float[Tensor, "K B"]) -> Bool[Tensor, "K B"]:
        """Above the middle of the targets 0 and 1."""
        return scores > MIDDLE

    def floor(self, *, real_labels: Float[Tensor, "K B"], fake_labels: Float[Tensor, "K B"]) -> Float[Tensor, " K"]:
        """Half the variance of the real labels plus half that of the fake ones: no sample says what its label is."""
        return (real_labels.var(1, correction=0) + fake_labels.var(1, correction=0)) / 2
