"""Whole numbers at random, each as likely as any other, made of uniform ones in [0, 1)."""

from __future__ import annotations

from jaxtyping import Float, Int64
from torch import Tensor

ANY = 2**24
"""As many numbers as a uniform one in single precision can tell apart: far more than a data set has samples."""


def below(uniform: Float[Tensor, "*N"], count: int) -> Int64[Tensor, "*N"]:
    """Whole numbers from 0 to ``count`` - 1."""
    return (uniform * count).long().clamp_max(count - 1)
