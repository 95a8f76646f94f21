"""Generated samples at fixed latents, beside real ones, kept as small arrays."""

from __future__ import annotations

import io

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gansearch.data import Data

COLUMNS = 10
ROWS = 6
POINTS = 1000


def to_npz(data: Data, fake: Tensor) -> bytes:
    """Samples as a compressed ``.npz`` with the arrays ``fake`` and ``real``.

    Images: ``fake`` [60, C, H, W] and ``real`` [10, C, H, W] (one of each class where there are ten), uint8.
    Points: 1,000 of each, float32.

    Args:
        data: the data set that the real ones come from.
        fake: [n, *shape], images in [-1, 1].
    """
    is_image = data.train.values.dtype == torch.uint8
    count = ROWS * COLUMNS if is_image else POINTS
    packed = io.BytesIO()
    np.savez_compressed(packed, fake=_array(fake[:count], is_image), real=_array(_real(data, is_image), is_image))
    return packed.getvalue()


def _real(data: Data, is_image: bool) -> Tensor:
    """The same real samples every time: the first of each class, or the first points."""
    if not is_image:
        return data.train.values[:POINTS]
    labels = data.train.labels.numpy()
    _, first = np.unique(labels, return_index=True)
    return data.train.values[torch.from_numpy(first[:COLUMNS])]


def _array(samples: Tensor, is_image: bool) -> NDArray[np.generic]:
    if samples.dtype == torch.uint8:
        return samples.numpy()
    if not is_image:
        return samples.float().cpu().numpy()
    return ((samples.nan_to_num(0.0).clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).cpu().numpy()
