"""Generated samples at fixed latents, beside real ones, and what the discriminator sees: kept as small arrays."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gansearch.data import Data
from gansearch.training import Pack

COLUMNS = 10
ROWS = 6
PATHS = 3
"""Between latents, of as many samples as there are columns."""
POINTS = 1000


@dataclass(frozen=True, eq=False)
class Drawn:
    """What is kept of one lane at one moment."""

    fake: Tensor
    """[n, *shape], images in [-1, 1], at latents that are the same at any step."""
    paths: Tensor | None = None
    """[paths, steps, *shape] along great circles between latents."""
    seen: Tensor | None = None
    """[2, n, *shape], real and generated ones as the discriminator sees them; None where it sees them unchanged."""


def drawn_from(pack: Pack, n: int, *, averaged: bool) -> list[Drawn]:
    """What is kept of every lane of a pack now.

    Args:
        pack: the lanes.
        n: samples per lane.
        averaged: whether to use the averaged generator where there is one.
    """
    fake = pack.sample(n, averaged=averaged)
    if fake.ndim != 5:  # of points a scatter plot says it all
        return [Drawn(each) for each in fake]
    paths = pack.paths(PATHS, COLUMNS, averaged=averaged)
    seen = pack.seen(COLUMNS, averaged=averaged)
    return [Drawn(fake[lane], paths[lane], None if seen is None else seen[lane]) for lane in range(pack.count)]


def to_npz(data: Data, drawn: Drawn) -> bytes:
    """Samples as a compressed ``.npz`` with the arrays ``fake`` and ``real``.

    Images, uint8: ``fake`` [60, C, H, W] and ``real`` [10, C, H, W] (one of each class where there are ten); where they
    were drawn, ``paths`` [30, C, H, W], ten on each path, and ``seen`` [20, C, H, W], real and then generated ones.
    Points, float32: 1,000 of each.

    Args:
        data: the data set that the real ones come from.
        drawn: of one lane.
    """
    is_image = data.train.values.dtype == torch.uint8
    count = ROWS * COLUMNS if is_image else POINTS
    arrays = {"fake": drawn.fake[:count], "real": _real(data, is_image)}
    further = {"paths": drawn.paths, "seen": drawn.seen}
    arrays |= {name: each.flatten(0, 1) for name, each in further.items() if each is not None}
    packed = io.BytesIO()
    content: dict[str, Any] = {name: _array(each, is_image) for name, each in arrays.items()}
    np.savez_compressed(packed, **content)
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
