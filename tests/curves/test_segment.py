from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gansearch.curves.record import Record
from gansearch.curves.segment import MAGIC, pack, scan
from gansearch.errors import CorruptFileError


def portion(number: int) -> bytes:
    values = np.full(6, number, dtype=np.float32)
    return pack(0, [Record("signals", 0, {"n": number, "values": values}), Record("checkpoint", 0, {"n": number})])


def numbers(records: list[Record]) -> list[Any]:
    return [record.payload["n"] for record in records]


def test_whole_segments_are_read_in_order() -> None:
    content = portion(1) + portion(2)
    found = scan(content, "f")
    assert numbers(found.records) == [1, 1, 2, 2]
    assert found.end == len(content)


def test_every_way_to_tear_the_end_leaves_the_segments_before_it() -> None:
    whole, torn = portion(1), portion(2)
    for length in range(len(torn)):
        found = scan(whole + torn[:length], "f")
        assert (numbers(found.records), found.end) == ([1, 1], len(whole)), length


@pytest.mark.parametrize("zeros", [1, 63, 64, 500])
def test_zeros_that_a_power_cut_leaves_are_a_torn_end(zeros: int) -> None:
    whole = portion(1)
    assert scan(whole + bytes(zeros), "f").end == len(whole)


def test_a_payload_that_never_reached_the_disk_is_a_torn_end() -> None:
    whole, torn = portion(1), bytearray(portion(2))
    torn[-20:] = bytes(20)
    assert scan(whole + bytes(torn), "f").end == len(whole)


def test_every_changed_byte_is_found() -> None:
    first = portion(1)
    content = first + portion(2)
    for at in range(len(content)):
        damaged = bytearray(content)
        damaged[at] ^= 0x20
        with pytest.raises(CorruptFileError, match=r"f (is damaged|holds something else)"):
            scan(bytes(damaged), "f")


def test_the_message_names_file_and_offset() -> None:
    first = portion(1)
    damaged = bytearray(first + portion(2))
    damaged[-5] ^= 1
    with pytest.raises(
        CorruptFileError, match=rf"some/file is damaged: the segment at byte {100 + len(first)} must have"
    ):
        scan(bytes(damaged), "some/file", start=100)


def test_a_format_of_another_version_is_refused() -> None:
    other = portion(1).replace(MAGIC.encode(), b"GSR9", 1)
    with pytest.raises(CorruptFileError, match="no header of a segment"):
        scan(other + portion(2), "f")


def test_a_scan_from_a_cursor_goes_on_where_it_stopped() -> None:
    first, second = portion(1), portion(2)
    cursor = scan(first, "f").end
    found = scan(second, "f", cursor)
    assert numbers(found.records) == [2, 2]
    assert found.end == len(first + second)
