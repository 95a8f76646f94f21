from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gansearch.curves.record import Record
from gansearch.curves.segment import MAGIC, lines, origin, pack, pack_all, placed, scan
from gansearch.errors import CorruptFileError
from gansearch.storage.checksums import crc32


def recorded(number: int) -> list[Record]:
    values = np.full(6, number, dtype=np.float32)
    return [Record("signals", 0, {"n": number, "values": values}), Record("checkpoint", 0, {"n": number})]


def portion(number: int, before: bytes = b"") -> bytes:
    return placed(0, lines(recorded(number)), len(before), origin(before))


def portions(*each: int) -> bytes:
    content = b""
    for number in each:
        content += portion(number, content)
    return content


def numbers(records: list[Record]) -> list[Any]:
    return [record.payload["n"] for record in records]


def test_whole_segments_are_read_in_order() -> None:
    content = portions(1, 2)
    found = scan(content, "f")
    assert numbers(found.records) == [1, 1, 2, 2]
    assert found.end == len(content)


def test_every_way_to_tear_the_end_leaves_the_segments_before_it() -> None:
    whole = portion(1)
    torn = portion(2, whole)
    for length in range(len(torn)):
        found = scan(whole + torn[:length], "f")
        assert (numbers(found.records), found.end) == ([1, 1], len(whole)), length


@pytest.mark.parametrize("zeros", [1, 63, 64, 500])
def test_zeros_that_a_power_cut_leaves_are_a_torn_end(zeros: int) -> None:
    whole = portion(1)
    assert scan(whole + bytes(zeros), "f").end == len(whole)


def test_a_payload_that_never_reached_the_disk_is_a_torn_end() -> None:
    whole = portion(1)
    torn = bytearray(portion(2, whole))
    torn[-20:] = bytes(20)
    assert scan(whole + bytes(torn), "f").end == len(whole)


def test_every_changed_byte_is_found() -> None:
    content = portions(1, 2)
    for at in range(len(content)):
        damaged = bytearray(content)
        damaged[at] ^= 0x20
        with pytest.raises(CorruptFileError, match=r"f (is damaged|holds something else)"):
            scan(bytes(damaged), "f")


def test_the_message_names_file_and_offset() -> None:
    whole = portion(1)
    damaged = bytearray(portion(2, whole))
    damaged[-5] ^= 1
    with pytest.raises(CorruptFileError, match=rf"some/file is damaged: the segment at byte {len(whole)} must have"):
        scan(bytes(damaged), "some/file", len(whole), origin(whole))


def test_a_format_of_another_version_is_refused() -> None:
    other = portion(1).replace(MAGIC.encode(), b"GSR9", 1)
    with pytest.raises(CorruptFileError, match="no header of a segment"):
        scan(other + portion(2, other), "f")


def test_a_scan_from_a_cursor_goes_on_where_it_stopped() -> None:
    first = portion(1)
    second = portion(2, first)
    cursor = scan(first, "f").end
    found = scan(second, "f", cursor, origin(first))
    assert numbers(found.records) == [2, 2]
    assert found.end == len(first + second)


@pytest.mark.parametrize(
    "content",
    [
        portions(1, 2, 3)[: len(portion(1))] + portions(1, 2, 3)[len(portions(1, 2)) :],
        portion(1) + portion(1),
        portions(1, 2) + portion(2, portion(1)),
        portion(1) + portions(4, 2)[len(portion(4)) :],
        portions(1, 2) + portions(4, 2),
    ],
    ids=["one lost", "one doubled", "the last doubled", "one of another file", "two files"],
)
def test_a_segment_that_does_not_belong_there_is_damage(content: bytes) -> None:
    with pytest.raises(CorruptFileError, match=r"f is damaged at byte \d+: no header of a segment"):
        scan(content, "f")


@pytest.mark.parametrize(
    "said",
    ["GSR2 x 5 00000000", "GSR2 0 -5 00000000", "GSR2 0 5", "GSR2 0 1_0 00000000", "GSR2 0 5 0 0", "GSR2 \u0663 5 0"],
)
def test_a_header_of_wrong_types_is_damage_though_its_checksum_fits(said: str) -> None:
    header = f"{said} {crc32(said.encode() + b' 0 0'):08x}\n".encode()
    with pytest.raises(CorruptFileError, match="f is damaged at byte 0: no header of a segment"):
        scan(header + bytes(64).replace(b"\0", b"x"), "f")


def test_segments_of_older_files_are_read_and_added_to() -> None:
    old = pack(0, recorded(1)) + pack(0, recorded(2))
    assert old.startswith(b"GSR1 ")
    found = scan(old + portion(3, old), "f")
    assert numbers(found.records) == [1, 1, 2, 2, 3, 3]


def test_a_whole_file_is_packed_at_once() -> None:
    records = recorded(1) + recorded(2)
    found = scan(pack_all(records), "f")
    assert numbers(found.records) == [1, 1, 2, 2]
    assert pack_all(records).startswith(pack_all(records[:2]))
