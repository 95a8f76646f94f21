"""Augmentations that gradients pass through, of each sample by itself. Source: Zhao et al. 2020, arXiv:2006.10738.

Every function takes numbers uniform in [0, 1), so that it is a function of its arguments alone.
"""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from gansearch.tricks._base import Scalar, across

Images = Float[Tensor, "K B C H W"]


def translated(images: Images, share: Scalar, uniform: Float[Tensor, "K B 2"]) -> Images:
    """Each image moved by whole pixels, up to ``share`` of its side (rounded) either way; what is laid bare is 0.

    Args:
        images: to move.
        share: of the side, a number or [K].
        uniform: for the rows and the columns.
    """
    for axis, dim in enumerate((3, 4)):
        images = _moved(images, dim, _step(images.shape[dim], share, uniform[..., axis]))
    return images


def cut_out(images: Images, share: Scalar, uniform: Float[Tensor, "K B 2"]) -> Images:
    """Each image with a square of 0 that has ``share`` of its side (rounded), and may reach over its edge.

    Args:
        images: to cut.
        share: of the side, a number or [K].
        uniform: for the place of the square's centre.
    """
    rows, columns = (_within(images.shape[dim], share, uniform[..., axis]) for axis, dim in enumerate((3, 4)))
    return torch.where((rows[..., :, None] & columns[..., None, :])[:, :, None], 0.0, images)


def recoloured(images: Images, uniform: Float[Tensor, "K B 3"]) -> Images:
    """Each image brighter or darker by up to 1/2; with three channels, also of another saturation and contrast.

    Saturation scales what differs from the mean of the channels by 0 to 2, contrast what differs from the mean of the
    image by 1/2 to 3/2.
    """
    brightness, saturation, contrast = (each[..., None, None, None] for each in uniform.unbind(2))
    images = images + (brightness - 0.5)
    if images.shape[2] != 3:
        return images
    grey = images.mean(2, keepdim=True)
    images = grey + (images - grey) * (2 * saturation)
    mean = images.mean((2, 3, 4), keepdim=True)
    return mean + (images - mean) * (contrast + 0.5)


def _step(size: int, share: Scalar, uniform: Float[Tensor, "K B"]) -> Float[Tensor, "K B"]:
    """Pixels to move by: from ``-most`` to ``most``, each as likely."""
    most = (across(share, uniform) * size + 0.5) // 1
    return (uniform * (2 * most + 1)).floor() - most


def _moved(images: Images, dim: int, step: Float[Tensor, "K B"]) -> Images:
    size = images.shape[dim]
    source = torch.arange(size, device=images.device) - step.long()[..., None]
    shape = [1, size, 1] if dim == 3 else [1, 1, size]
    source = source.reshape(*step.shape, *shape)
    taken = images.gather(dim, source.clamp(0, size - 1).expand(images.shape))
    return torch.where((source >= 0) & (source < size), taken, 0.0)


def _within(size: int, share: Scalar, uniform: Float[Tensor, "K B"]) -> Bool[Tensor, "K B S"]:
    """Which rows, or columns, lie within the square."""
    side = (across(share, uniform) * size + 0.5) // 1
    first = (uniform * (size + 1 - side % 2)).floor() - side // 2
    places = torch.arange(size, device=uniform.device)
    return (places >= first[..., None]) & (places < (first + side)[..., None])
