"""Checks that an array of samples has the wanted form, and brings images to bytes or to [-1, 1]."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NoReturn

import torch
from jaxtyping import Float, Shaped, UInt8
from torch import Tensor

from gansearch.errors import DataError

TOLERANCE: Final = 1e-3
"""How far real numbers may lie outside of [-1, 1], where they are set to the nearer end."""
_AT_ONCE: Final = 1024
"""Images that are converted together, which bounds the memory."""


def check_shape(values: Tensor, shape: tuple[int, ...], source: str) -> None:
    """Refuse an array that is not [N, *shape] with at least one sample.

    Raises:
        DataError: with the array's shape as a data set writes it, and with the axis to move where that mends it.
    """
    got = tuple(values.shape)
    if len(got) > 1 and got[1:] == shape and got[0] > 0:
        return
    wanted = f"[N, {', '.join(map(str, shape))}]"
    raise DataError(
        f"{source} must hold an array {wanted} with at least one sample (shape: {shape_text(shape)}); got "
        f"{list(got)}{_advice(got, shape)}"
    )


def shape_text(shape: Sequence[int]) -> str:
    """A shape as a search space writes it: ``3x32x32``."""
    return "x".join(map(str, shape))


def as_bytes(values: Tensor, source: str) -> UInt8[Tensor, "N C H W"]:
    """Images as uint8: bytes as they are, real numbers in [-1, 1] rounded to the nearest of 256 values.

    Raises:
        DataError: where they are neither.
    """
    if values.dtype == torch.uint8:
        return values
    _check_range(values, source)
    images = torch.empty(values.shape, dtype=torch.uint8)
    for start in range(0, len(values), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        images[part] = values[part].float().clamp(-1, 1).add_(1).mul_(127.5).round_()
    return images


def as_unit(values: Tensor, source: str) -> Float[Tensor, "N C H W"]:
    """Images as float32 in [-1, 1]: bytes scaled, real numbers in [-1, 1] as they are.

    Raises:
        DataError: where they are neither.
    """
    if values.dtype == torch.uint8:
        return values.float().div_(127.5).sub_(1.0)
    _check_range(values, source)
    return values.float().clamp(-1, 1)


def as_points(values: Tensor, source: str) -> Float[Tensor, "N D"]:
    """Points as float32.

    Raises:
        DataError: where they are not real numbers, or too large for that.
    """
    if not values.is_floating_point():
        raise DataError(f"{source} must hold points as real numbers; got {_name(values.dtype)}. Save them as float32")
    points = values.float()
    if not bool(points.isfinite().all()):
        raise DataError(f"{source} must hold numbers of float32; got {float(values.abs().max()):g}. Scale them")
    return points


def _check_range(values: Shaped[Tensor, "N *shape"], source: str) -> None:
    if not values.is_floating_point():
        _refuse(source, _name(values.dtype), "Save bytes as uint8")
    low, high = (float(end) for end in torch.aminmax(values))
    got = f"real numbers in [{low:g}, {high:g}]"
    if low < -1 - TOLERANCE or high > 1 + TOLERANCE:
        _refuse(source, got, "0..255? Save them as uint8" if low >= 0 and 1 < high <= 255 else "Scale them")
    if low >= 0 and low < high:
        _refuse(source, got, "In [0, 1]? Multiply by 2 and subtract 1")


def _refuse(source: str, got: str, what_to_do: str) -> NoReturn:
    raise DataError(
        f"{source} must hold images as uint8 in 0..255 or as real numbers in [-1, 1]; got {got}. {what_to_do}"
    )


def _advice(got: tuple[int, ...], shape: tuple[int, ...]) -> str:
    """What may be meant, and how to say it."""
    if 0 in got or len(got) < 2:
        return ""
    if len(shape) == 3 and len(got) == 4 and (got[3], got[1], got[2]) == shape:
        return ", whose channels come last: move the axis with numpy.moveaxis(x, -1, 1)"
    if len(shape) == 3 and len(got) == 3 and (1, *got[1:]) == shape:
        return ", which lacks the axis of the channel: add it with x[:, None]"
    if len(got) == 4 and got[3] in {1, 3} and got[1] not in {1, 3}:
        moved = shape_text((got[3], got[1], got[2]))
        return f", whose channels come last: move the axis with numpy.moveaxis(x, -1, 1), which gives shape: {moved}"
    return f", which is shape: {shape_text(got[1:])}" if len(got) in {2, 4} else ""


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
