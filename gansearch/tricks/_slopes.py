"""The discriminator's gradient at samples, which the gradient penalties have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from jaxtyping import Float as Floats
from torch import Tensor, autograd

from gansearch.dimensions import Int, static
from gansearch.records import Facts
from gansearch.tricks._base import Classes, Lanes, Trick

SMALLEST_SQUARE = 1e-30
"""Under the root, so that a gradient of exactly 0 has a finite derivative."""


@dataclass(frozen=True, kw_only=True, eq=False)
class GradientPenalty(Trick):
    """A penalty that enters the discriminator's loss every so many steps, as many times as strong."""

    slot: ClassVar[str] = "gradient_penalty"
    facts: ClassVar[Facts] = Facts(needs_independent_samples=True)

    every: int = static(
        1,
        Int(1, 16, log=True),
        "steps between two penalties; a step with one is other code",
        unit="steps",
        limits=Int(1, 1000),
    )

    @property
    def period(self) -> int:
        """Steps between two penalties."""
        return self.every


def slopes(lanes: Lanes, images: Tensor, classes: Classes) -> Floats[Tensor, "K B *shape"]:
    """Gradient of every sample's score at the sample, with its graph."""
    points = images.detach().requires_grad_()
    (slope,) = autograd.grad(lanes.discriminate(points, classes).sum(), points, create_graph=True)
    return slope


def mean_square_norm(slope: Floats[Tensor, "K B *shape"]) -> Floats[Tensor, " K"]:
    """Mean over the batch of the squared length of each sample's gradient."""
    return slope.flatten(2).square().sum(2).mean(1)


def mean_square_excess(slope: Floats[Tensor, "K B *shape"]) -> Floats[Tensor, " K"]:
    """Mean over the batch of ``(|g| - 1)^2`` for the gradient g of each sample."""
    return (_norms(slope) - 1).square().mean(1)


def mean_square_overshoot(slope: Floats[Tensor, "K B *shape"]) -> Floats[Tensor, " K"]:
    """Mean over the batch of ``max(0, |g| - 1)^2`` for the gradient g of each sample."""
    return (_norms(slope) - 1).clamp_min(0).square().mean(1)


def _norms(slope: Floats[Tensor, "K B *shape"]) -> Floats[Tensor, "K B"]:
    return slope.flatten(2).square().sum(2).clamp_min(SMALLEST_SQUARE).sqrt()
