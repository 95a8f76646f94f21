"""Reads pictures of any common format, size and mode as uint8 images of one form, with Pillow.

Smaller by Pillow's bicubic filter, which does not alias. Source: Parmar et al. 2022, arXiv:2104.11222.
"""

from __future__ import annotations

import os
import struct
import warnings
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from jaxtyping import UInt8
from torch import Tensor

from gansearch.errors import DataError

FORMATS: Final = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM")
"""What a file may hold, whatever its name ends in."""
DECODED_AT_ONCE: Final = 2**25
"""Bytes of pictures that are decoded before the first of them are handed on."""
MOST_AT_ONCE: Final = 256
"""Pictures, however small."""
NAMED: Final = 10
"""Bad pictures that a message names."""
LONGEST_REASON: Final = 150

_DAMAGE: Final = (OSError, SyntaxError, ValueError, TypeError, AttributeError, EOFError, RuntimeError)
_MORE_DAMAGE: Final = (LookupError, ArithmeticError, struct.error, zlib.error)
"""What Pillow's readers raise where a file is damaged."""


@dataclass(frozen=True)
class Bad:
    """A picture that cannot be read."""

    path: Path
    reason: str
    """What is wrong with it, as it follows its name and a colon."""
    is_damaged: bool = True
    """False where the system did not let it be read, so that it may be readable another time."""


def read_pictures(
    paths: Sequence[Path], *, size: tuple[int, int] | None, channels: int
) -> tuple[UInt8[Tensor, "n C H W"], list[Bad]]:
    """The pictures that can be read, in order, and those that cannot.

    Args:
        paths: of the files.
        size: height and width: the largest centred part of that form, resized; None where all must be alike in size.
        channels: 1 or 3.

    Raises:
        DataError: where Pillow is missing; or no size is given and two pictures differ in theirs.
    """
    good: list[Tensor] = []
    bad: list[Bad] = []
    first: Path | None = None
    for path, picture in zip(paths, each_picture(paths, size=size, channels=channels), strict=True):
        if isinstance(picture, Bad):
            bad.append(picture)
            continue
        if first is None:
            first = path
        elif picture.shape != good[0].shape:
            raise DataError(
                f"pictures must be alike in size; got {_sides(good[0])} ({shown(first)}) and {_sides(picture)} "
                f"({shown(path)})"
            )
        good.append(picture)
    none = torch.empty(0, channels, *(size or (0, 0)), dtype=torch.uint8)
    return torch.stack(good) if good else none, bad


def each_picture(
    paths: Sequence[Path], *, size: tuple[int, int] | None, channels: int
) -> Iterator[UInt8[Tensor, "C H W"] | Bad]:
    """Every picture in turn, decoded by as many threads as torch uses; only some lie in memory at a time.

    Args:
        paths: of the files.
        size: as for ``read_pictures``.
        channels: 1 or 3.

    Raises:
        DataError: where Pillow is missing.
    """
    if not paths:
        return
    _pillow().init()  # readers are found here, not by the first threads side by side
    threads = torch.get_num_threads()
    pixels = 1 if size is None else size[0] * size[1]
    at_once = max(threads, min(MOST_AT_ONCE, DECODED_AT_ONCE // (channels * pixels)))
    read = partial(read_picture, size=size, channels=channels)
    with ThreadPoolExecutor(threads) as pool:
        for start in range(0, len(paths), at_once):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a picture is good or bad; Pillow's doubts help nobody
                found = list(pool.map(read, paths[start : start + at_once]))
            yield from found


def read_picture(path: Path, *, size: tuple[int, int] | None, channels: int) -> UInt8[Tensor, "C H W"] | Bad:
    """One picture: upright as its EXIF says, transparency on white, 16 bits scaled to 8.

    Pillow's warnings come through: to silence them is for the whole process, and so for ``each_picture``.

    Args:
        path: of the file; of several frames the first is read.
        size: height and width, or None for its own.
        channels: 1 (luma) or 3 (RGB).
    """
    image_module = _pillow()
    try:
        if path.stat().st_size == 0:
            return Bad(path, "the file is empty")
        # Of an open file, not of a name: uncompressed TIFF that Pillow maps into memory by its name is not upright.
        with path.open("rb") as file, image_module.open(file, formats=FORMATS) as image:
            _check_pixels(image, image_module.MAX_IMAGE_PIXELS)
            return _decoded(image, size, channels)
    except image_module.UnidentifiedImageError:
        return Bad(path, f"in none of the formats {', '.join(FORMATS)}")
    except image_module.DecompressionBombError:
        return Bad(path, "more pixels than Pillow allows")
    except (*_DAMAGE, *_MORE_DAMAGE) as error:
        return Bad(path, _reason(error), is_damaged=getattr(error, "errno", None) is None)


def listed(bad: Sequence[tuple[str, str]]) -> str:
    """The names of the first bad pictures with their reasons, one a line, and how many more there are."""
    lines = [f"  {name}: {reason}" for name, reason in bad[:NAMED]]
    more = len(bad) - len(lines)
    return "\n".join(lines if more <= 0 else [*lines, f"  and {more:,} more"])


def shown(path: Path | str) -> str:
    """A file's name as it can be printed, whatever bytes it consists of."""
    return str(path).encode("utf-8", "backslashreplace").decode("utf-8")


def _pillow() -> Any:
    """The module ``PIL.Image``; torchvision brings it."""
    try:
        from PIL import Image
    except ImportError as error:
        raise DataError(f"pictures are read with the package pillow; got: {error}. Install pillow") from error
    return Image


def _check_pixels(image: Any, most: int | None) -> None:
    """Refuse what Pillow only warns of: a small file that may fill the memory."""
    width, height = image.size
    if most is not None and width * height > most:
        raise ValueError(f"{width} x {height} pixels, of which at most {most:,} are read")


def _decoded(image: Any, size: tuple[int, int] | None, channels: int) -> Tensor:
    from PIL import ImageOps

    if size is not None and image.format == "JPEG":
        # Decoded at a half, a quarter or an eighth where that is still twice the size; EXIF may swap the sides.
        side = 2 * max(size)
        image.draft(None, (side, side))
    image.load()
    _turn_upright(image)
    flat = _on_white(_eight_bits(image)).convert("L" if channels == 1 else "RGB")
    if size is not None:
        flat = ImageOps.fit(flat, (size[1], size[0]))
    pixels = torch.from_numpy(np.array(flat, dtype=np.uint8))
    return pixels.view(*pixels.shape[:2], channels).permute(2, 0, 1).contiguous()


def _turn_upright(image: Any) -> None:
    from PIL import ImageOps

    try:
        ImageOps.exif_transpose(image, in_place=True)
    except (*_DAMAGE, *_MORE_DAMAGE):
        return  # a damaged EXIF block says nothing about the pixels: they stay as they are stored


def _eight_bits(image: Any) -> Any:
    """The picture with 8 bits a channel; wider channels are scaled, not cut off."""
    if image.mode == "F":
        raise ValueError("pixels are real numbers of an unknown range; save it with 8 or 16 bits")
    if not image.mode.startswith("I"):
        return image
    values = np.array(image).astype(np.int64)
    if values.min() < 0 or values.max() > np.iinfo(np.uint16).max:
        raise ValueError(f"pixels must lie in 0..65535; got {values.min()}..{values.max()}")
    transparent = image.info.get("transparency")
    if isinstance(transparent, int):
        values[values == transparent] = np.iinfo(np.uint16).max
    return _pillow().fromarray(((values * 255 + 32767) // 65535).astype(np.uint8))


def _on_white(image: Any) -> Any:
    if not image.has_transparency_data:
        return image
    coloured = image.convert("RGBA")
    white = _pillow().new("RGBA", coloured.size, "white")
    return _pillow().alpha_composite(white, coloured)


def _reason(error: Exception) -> str:
    number = getattr(error, "errno", None)
    said = os.strerror(number) if number is not None else " ".join(str(error).split())
    return said[:LONGEST_REASON] or type(error).__name__


def _sides(picture: Tensor) -> str:
    return f"{picture.shape[1]} x {picture.shape[2]}"
