"""Reads the idx format of the MNIST files, strictly. Source: LeCun, Cortes and Burges, the MNIST database, 1998."""

from __future__ import annotations

import struct
from math import prod

import torch
from torch import Tensor

from gansearch.errors import DataError

UNSIGNED_BYTE = 0x08
"""The type code of the only element type that MNIST has."""


def read_idx(content: bytes, *, dimensions: int, source: str) -> Tensor:
    """The array that an idx file holds.

    Args:
        content: the decompressed file: two zero bytes, the type code, the number of dimensions, one big-endian
            uint32 for each dimension, then the elements.
        dimensions: how many dimensions it must have: 3 for images [N, H, W], 1 for labels [N].
        source: the file's name, for the error.

    Returns:
        uint8 [N, H, W] or [N].

    Raises:
        DataError: where magic number, dimensions or length are not those of such a file.
    """
    shape = _shape(content, dimensions, source)
    start = 4 + 4 * dimensions
    expected = start + prod(shape)
    if len(content) != expected:
        raise DataError(f"{source} must hold {expected} bytes for an array of shape {shape}; got {len(content)}")
    return torch.frombuffer(bytearray(content[start:]), dtype=torch.uint8).reshape(shape)


def _shape(content: bytes, dimensions: int, source: str) -> tuple[int, ...]:
    magic = bytes([0, 0, UNSIGNED_BYTE, dimensions])
    if content[:4] != magic:
        raise DataError(f"{source} must begin with the idx magic number {magic.hex()}; got {content[:4].hex() or '-'}")
    if len(content) < 4 + 4 * dimensions:
        raise DataError(f"{source} must have {dimensions} dimensions in its header; got {len(content)} bytes in all")
    shape: tuple[int, ...] = struct.unpack_from(f">{dimensions}I", content, 4)
    if 0 in shape:
        raise DataError(f"{source} must hold at least one element; got an array of shape {shape}")
    return shape
