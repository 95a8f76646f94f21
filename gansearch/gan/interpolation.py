"""Interpolation of latents along great circles. Source: White 2016, Sampling Generative Networks, arXiv:1609.04468.

Normal latents in many dimensions lie near a sphere. The straight line between two of them leaves it (half way between
orthogonal ones its norm is .707 of theirs), so that the generator is shown what it was never trained on.
"""

from __future__ import annotations

from typing import Final

import torch
from jaxtyping import Float
from torch import Tensor

SMALLEST_SINE: Final = 1e-4
"""Of the angle between two vectors: below it they are parallel, and the line between them is as good."""


def slerp(start: Float[Tensor, "*N Z"], end: Float[Tensor, "*N Z"], share: Float[Tensor, " T"]) -> Tensor:
    """Vectors [*N, T, Z] on the great circle from ``start`` (share 0) to ``end`` (share 1).

    ``sin((1 - t) w) / sin(w) * start + sin(t w) / sin(w) * end`` with the angle w between them; between vectors of one
    length every one has that length. Parallel vectors, opposite ones too, fall back to the straight line.
    """
    cosine = torch.nn.functional.cosine_similarity(start, end, dim=-1).clamp(-1, 1)
    angle = cosine.acos()[..., None, None]
    sine, t = angle.sin(), share[:, None]
    is_line = sine < SMALLEST_SINE
    safe = torch.where(is_line, torch.ones_like(sine), sine)
    first = torch.where(is_line, 1 - t, ((1 - t) * angle).sin() / safe)
    second = torch.where(is_line, t + torch.zeros_like(angle), (t * angle).sin() / safe)
    return first * start[..., None, :] + second * end[..., None, :]
