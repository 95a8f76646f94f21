from __future__ import annotations

import struct

import pytest
import torch

from gansearch.data._idx import read_idx
from gansearch.errors import DataError


def idx(*shape: int, elements: bytes, magic: bytes | None = None) -> bytes:
    return (magic or bytes([0, 0, 8, len(shape)])) + struct.pack(f">{len(shape)}I", *shape) + elements


def test_elements_are_read_in_order_of_the_last_dimension() -> None:
    array = read_idx(idx(2, 1, 3, elements=bytes(range(6))), dimensions=3, source="images")
    assert torch.equal(array, torch.tensor([[[0, 1, 2]], [[3, 4, 5]]], dtype=torch.uint8))
    assert array.dtype == torch.uint8


def test_sizes_are_big_endian() -> None:
    assert read_idx(idx(258, elements=bytes(258)), dimensions=1, source="labels").shape == (258,)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"labels must begin with the idx magic number 00000801; got -"),
        (idx(2, elements=b"ab", magic=b"\x00\x00\x09\x01"), "magic number 00000801; got 00000901"),
        (idx(1, 2, elements=b"ab"), "magic number 00000801; got 00000802"),
        (b"\x00\x00\x08\x01\x00\x00", "must have 1 dimensions in its header; got 6 bytes in all"),
        (idx(0, elements=b""), r"at least one element; got an array of shape \(0,\)"),
        (idx(3, elements=b"ab"), r"must hold 11 bytes for an array of shape \(3,\); got 10"),
        (idx(1, elements=b"ab"), r"must hold 9 bytes for an array of shape \(1,\); got 10"),
    ],
)
def test_anything_but_a_whole_idx_file_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_idx(content, dimensions=1, source="labels")
