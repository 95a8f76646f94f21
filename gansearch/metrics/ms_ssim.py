"""How alike pairs of generated images are. Source: Odena et al. 2017, arXiv:1610.09585; Wang et al. 2003 (MS-SSIM)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import torch
from jaxtyping import Float, Int64
from torch import Generator, Tensor
from torch.nn.functional import avg_pool2d, pad

from gansearch.metrics._base import Direction, Measured, Metric, RealSet, View, When

WINDOW: Final = 11
"""Side of the Gaussian window, in pixels."""
WINDOW_STD: Final = 1.5
WEIGHTS: Final = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""Exponents of the five scales, finest first; those of fewer scales are divided by their sum."""
LUMINANCE_FLOOR: Final = 0.01**2
CONTRAST_FLOOR: Final = 0.03**2
SEED: Final = 0
"""Decides which images are paired and the weights of the keys that they are sorted by."""
KEYS_AT_ONCE: Final = 100
"""Images whose keys are worked out together, which bounds the memory."""


@dataclass(frozen=True, kw_only=True)
class MsSsim(Metric):
    """Mean over 500 pairs of ``SSIM_M^(w_M) prod_(j < M) CS_j^(w_j)``, on as many scales M as the images allow.

    Images of 161 pixels and more have all 5 scales, those of 28 or 32 only 2, those of 64 have 3: values compare only
    at equal sizes. 1 where all images are equal; to be held against the same number for real images, whose classes
    differ in it. Terms below 0 count as 0.
    """

    name: ClassVar[str] = "ms_ssim"
    unit: ClassVar[str] = "similarity"
    direction: ClassVar[Direction] = "minimize"
    source: ClassVar[str] = "Odena et al. 2017, arXiv:1610.09585; 2 scales at 28 pixels, 5 from 161"
    view: ClassVar[View] = "pixels"
    when: ClassVar[When] = "end"
    real_set: ClassVar[RealSet] = "none"
    least_samples: ClassVar[int] = 2
    most_samples: ClassVar[int] = 1_000
    needs_images: ClassVar[bool] = True
    least_side: ClassVar[int] = WINDOW

    def measure(self, *, real: Measured, fake: Measured) -> float:
        """The similarity, in [0, 1]."""
        assert fake.samples is not None
        images = fake.samples[_paired_order(fake.samples)].double() / 2 + 0.5
        half = len(images) // 2
        return similarity(images[:half], images[half : 2 * half]).mean().item()


def scales(side: int) -> int:
    """Scales on which images with this shorter side, of at least 11 pixels, are compared: 1 to 5."""
    return sum(side > (WINDOW - 1) * 2**finer for finer in range(len(WEIGHTS)))


def similarity(images: Float[Tensor, "n c h w"], others: Float[Tensor, "n c h w"]) -> Float[Tensor, " n"]:
    """MS-SSIM of pairs of images in [0, 1] with sides of at least 11 pixels, in [0, 1]."""
    weights = WEIGHTS[: scales(min(images.shape[2:]))]
    result = torch.ones(len(images), dtype=images.dtype, device=images.device)
    for number, weight in enumerate(weights, start=1):
        whole, contrast = _terms(images, others)
        result = result * (whole if number == len(weights) else contrast).clamp_min(0) ** (weight / sum(weights))
        images, others = _halved(images), _halved(others)
    return result


def _terms(images: Tensor, others: Tensor) -> tuple[Float[Tensor, " n"], Float[Tensor, " n"]]:
    """SSIM over the whole images, mirrored at their edges, and its contrast term where the window needs no mirror."""
    both = torch.stack([images, others, images * images, others * others, images * others])
    mean, other_mean, square, other_square, product = _blurred(both)
    variances = (square - mean * mean).clamp_min(0) + (other_square - other_mean * other_mean).clamp_min(0)
    contrast = (2 * (product - mean * other_mean) + CONTRAST_FLOOR) / (variances + CONTRAST_FLOOR)
    luminance = (2 * mean * other_mean + LUMINANCE_FLOOR) / (mean * mean + other_mean * other_mean + LUMINANCE_FLOOR)
    edge = WINDOW // 2
    inner = contrast[..., edge:-edge, edge:-edge]
    return (luminance * contrast).flatten(1).mean(1), inner.flatten(1).mean(1)


def _blurred(planes: Float[Tensor, "*n h w"]) -> Float[Tensor, "*n h w"]:
    """Gaussian means around each pixel, one direction after the other."""
    rows, columns = (_window(side, planes) for side in planes.shape[-2:])
    return rows.T @ (planes @ columns)


def _window(side: int, like: Tensor) -> Float[Tensor, "side side"]:
    """The Gaussian mean along a mirrored row of pixels as a matrix, from the right: faster than a convolution."""
    edge = WINDOW // 2
    offsets = torch.arange(-edge, edge + 1, dtype=like.dtype, device=like.device)
    weights = torch.exp(-offsets.square() / (2 * WINDOW_STD**2))
    mirrored = pad(torch.eye(side, dtype=like.dtype, device=like.device)[None], (edge, edge), mode="reflect")[0]
    return mirrored.unfold(1, WINDOW, 1) @ (weights / weights.sum())


def _halved(images: Tensor) -> Tensor:
    """Means of two by two pixels; of what there is at an odd edge."""
    return avg_pool2d(images, 2, ceil_mode=True)


def _paired_order(images: Tensor) -> Int64[Tensor, " n"]:
    """A random order that follows from the images, whatever order they come in."""
    shuffled = torch.randperm(len(images), generator=Generator().manual_seed(SEED))
    return _keys(images).argsort(stable=True)[shuffled.to(images.device)]


def _keys(images: Tensor) -> Int64[Tensor, " n"]:
    """A number for each image, from the bits of its pixels: whole numbers add up to the same in every order."""
    bits = images.float().contiguous().view(torch.int32).flatten(1)
    weights = torch.randint(-(2**62), 2**62, bits.shape[1:], generator=Generator().manual_seed(SEED)).to(bits.device)
    return torch.cat([(part.long() * weights).sum(1) for part in torch.split(bits, KEYS_AT_ONCE)])
