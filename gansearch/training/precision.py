"""The number format of matrix products and convolutions: fp32, tf32 or bf16; all else stays in float32.

tf32 keeps the range of float32 and 10 bits of its mantissa within the products; bf16 keeps 7, and takes half the memory
traffic. Parameters, moments, losses and sums are float32 in each. Source: Micikevicius et al. 2018, arXiv:1710.03740.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import torch

from gansearch.errors import TrainingError

PRECISIONS: Final = ("fp32", "tf32", "bf16")


@contextmanager
def at_precision(precision: str, device: torch.device) -> Iterator[None]:
    """A time in which products are taken at ``precision``, one of ``PRECISIONS``."""
    if device.type != "cuda":
        yield
        return
    before = torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32
    _allow_tf32("highest" if precision == "fp32" else "high", precision != "fp32")
    try:
        # Without the cache of casts: a recorded program would keep one cast of parameters that change.
        with torch.autocast(device.type, torch.bfloat16, enabled=precision == "bf16", cache_enabled=False):
            yield
    finally:
        _allow_tf32(*before)


def _allow_tf32(products: str, convolutions: bool) -> None:
    torch.set_float32_matmul_precision(products)
    torch.backends.cudnn.allow_tf32 = convolutions


def check_precision(precision: str, device: torch.device) -> None:
    """Refuse what the device does not have.

    Raises:
        TrainingError: where a reduced precision is asked of anything but a CUDA device.
    """
    if precision != "fp32" and device.type != "cuda":
        raise TrainingError(
            f"training.precision must be fp32 on this device ({device.type}); got {precision!r}, which needs CUDA"
        )
