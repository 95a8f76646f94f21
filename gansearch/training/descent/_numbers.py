"""An optimizer's numbers, one per lane, in the form that an update needs."""

from __future__ import annotations

import torch
from torch import Tensor


def per_lane(number: float | Tensor, lanes: int) -> list[float]:
    """``number`` (one for all, or [K]) as a list of ``lanes`` plain numbers in double precision."""
    numbers: list[float] = torch.as_tensor(number, dtype=torch.float64).expand(lanes).tolist()
    return numbers


def column(number: float | Tensor, like: Tensor) -> Tensor:
    """``number`` (one for all, or [K]) as [K, 1] in double precision, beside ``like`` [K, P]."""
    return torch.as_tensor(number, dtype=torch.float64, device=like.device).expand(like.shape[0])[:, None]
