"""Segments: the checksummed portions in which records are appended to a file.

A segment is a header line ``GSR1 <attempt> <bytes> <crc of the payload> <crc of the header>`` and then that many bytes
of record lines. The header has a checksum of its own, so that a damaged length is damage and never taken for an end
that was cut short. A write that was interrupted leaves a *torn end*: a header without its newline, fewer bytes than
promised, or zeros that a power cut left instead of data. Anything else that does not fit is damage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gansearch.curves.record import Record, from_line, to_line
from gansearch.errors import CorruptFileError
from gansearch.storage.checksums import crc32

MAGIC = "GSR1"
"""Format name and version."""
LONGEST_HEADER = 64


@dataclass(frozen=True)
class _Header:
    attempt: int
    length: int
    checksum: int


@dataclass(frozen=True, eq=False)
class Scan:
    """What stands in a stretch of segments."""

    records: list[Record]
    end: int
    """Offset behind the last whole segment."""


def pack(attempt: int, records: Sequence[Record]) -> bytes:
    """One segment with ``records``."""
    payload = b"".join(to_line(record) for record in records)
    said = f"{MAGIC} {attempt} {len(payload)} {crc32(payload):08x}"
    return f"{said} {crc32(said.encode()):08x}\n".encode() + payload


def scan(content: bytes, name: str, start: int = 0) -> Scan:
    """Read whole segments; a torn end is left out.

    Args:
        content: bytes of the file from offset ``start`` on.
        name: of the file, for messages.
        start: offset of ``content`` in the file.

    Raises:
        CorruptFileError: where the content is damaged, with file and offset.
    """
    records: list[Record] = []
    at = 0
    while at < len(content):
        found = _segment(content, at, name, start)
        if found is None:
            break
        more, at = found
        records.extend(more)
    return Scan(records, start + at)


def _segment(content: bytes, at: int, name: str, start: int) -> tuple[list[Record], int] | None:
    """The segment at ``at`` and the offset behind it; None where the end is torn."""
    newline = content.find(b"\n", at, at + LONGEST_HEADER)
    if newline < 0 and len(content) - at < LONGEST_HEADER:
        return None
    if newline < 0 or (header := _header(content[at:newline])) is None:
        if not content[at:].strip(b"\0"):
            return None
        raise CorruptFileError(f"{name} is damaged at byte {start + at}: no header of a segment ({MAGIC}) stands there")
    payload = content[newline + 1 : newline + 1 + header.length]
    end = newline + 1 + header.length
    if len(payload) < header.length:
        return None
    if crc32(payload) != header.checksum:
        if end == len(content) and b"\0" in payload:  # JSON holds no zero byte: data that never reached the disk
            return None
        raise CorruptFileError(
            f"{name} is damaged: the segment at byte {start + at} must have the checksum {header.checksum:08x}; "
            f"it has {crc32(payload):08x}"
        )
    try:
        return [from_line(line, header.attempt) for line in payload.splitlines()], end
    except ValueError as error:
        raise CorruptFileError(f"{name} holds something else than records at byte {start + at}: {error}") from error


def _header(line: bytes) -> _Header | None:
    said, _, checksum = line.rpartition(b" ")
    if f"{crc32(said):08x}".encode() != checksum:
        return None
    magic, attempt, length, payload_checksum = said.decode().split(" ")
    return _Header(int(attempt), int(length), int(payload_checksum, 16)) if magic == MAGIC else None
