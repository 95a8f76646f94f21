"""Four scores of each kind in two lanes, and the numbers that losses have on them, by plain arithmetic."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, autograd

from gansearch.gan import Loss

REAL = torch.tensor([[2.0, -1.0, 0.5, -10.0], [0.0, 3.0, 0.25, 1.0]], dtype=torch.float64)
FAKE = torch.tensor([[-3.0, 1.0, 0.0, -10.0], [-0.5, 0.75, 2.0, -1.0]], dtype=torch.float64)
LANES = range(2)


def mean_of(function: Callable[..., float], *scores: Tensor) -> list[float]:
    """The mean over the batch of a function of plain numbers, per lane."""
    return [
        sum(function(*numbers) for numbers in zip(*(each[lane].tolist() for each in scores), strict=True)) / 4
        for lane in LANES
    ]


def discriminator_loss(loss: Loss, real_label: float = 1.0, fake_label: float = 0.0) -> Tensor:
    """On the four scores of each kind, with constant labels."""
    labels = torch.full_like(REAL, real_label), torch.full_like(FAKE, fake_label)
    return loss.discriminator(real=REAL, fake=FAKE, real_labels=labels[0], fake_labels=labels[1])


def generator_loss(loss: Loss, label: float = 1.0) -> Tensor:
    """On the four fake scores."""
    return loss.generator(fake=FAKE, labels=torch.full_like(FAKE, label))


def slope(loss: Loss, score: float, label: float = 1.0, dtype: torch.dtype = torch.float64) -> float:
    """Of the generator's loss at one fake score."""
    fake = torch.tensor([[score]], dtype=dtype, requires_grad=True)
    (gradient,) = autograd.grad(loss.generator(fake=fake, labels=torch.full_like(fake, label)).sum(), fake)
    return float(gradient)


def best_score(
    loss: Loss, candidates: Tensor, real_share: float, fake_share: float, labels: tuple[float, float]
) -> float:
    """The score at one point that lowers the discriminator's loss the most.

    Args:
        loss: with targets.
        candidates: scores [n] to choose from.
        real_share: of ten real samples that lie at the point, in tenths; the others lie elsewhere, at the score 0.
        fake_share: of ten fakes, likewise.
        labels: of real samples and of fakes.
    """

    def batch(share: float) -> Tensor:
        at_point = torch.arange(10) < round(10 * share)
        return torch.where(at_point, candidates[:, None], torch.zeros(10, dtype=candidates.dtype))

    real, fake = batch(real_share), batch(fake_share)
    values = loss.discriminator(
        real=real,
        fake=fake,
        real_labels=torch.full_like(real, labels[0]),
        fake_labels=torch.full_like(fake, labels[1]),
    )
    return float(candidates[values.argmin()])
