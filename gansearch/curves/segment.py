"""Segments: the checksummed portions in which records are appended to a file.

A segment is a header line ``GSR2 <attempt> <bytes> <crc of the payload> <crc of header and place>`` and then that many
bytes of record lines. The header has a checksum of its own, so that a damaged length is damage and never taken for an
end that was cut short. That checksum covers the segment's *place* too, its offset and the file that it stands in (told
by its first payload), so that a segment that was lost, moved, doubled or taken from another file is damage as well.
A write that was interrupted leaves a *torn end*: a header without its newline, fewer bytes than promised, or zeros that
a power cut left instead of data. Anything else that does not fit is damage.

Segments of older files are ``GSR1``, with a header whose checksum does not cover the place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gansearch.curves.record import Record, from_line, to_line
from gansearch.errors import CorruptFileError
from gansearch.storage.checksums import crc32

MAGIC = "GSR2"
"""Format name and version."""
PLACELESS = "GSR1"
"""Segments whose checksum does not cover their place."""
LONGEST_HEADER = 64
_HEADER = re.compile(rb"(GSR[12]) ([0-9]{1,9}) ([0-9]{1,15}) ([0-9a-f]{8}) ([0-9a-f]{8})")


@dataclass(frozen=True)
class _Header:
    attempt: int
    length: int
    checksum: int
    """Of the payload."""


@dataclass(frozen=True, eq=False)
class Segment:
    """One portion of a record."""

    attempt: int
    """That wrote it."""
    payload: bytes
    """As ``lines`` makes it."""
    records: list[Record]


@dataclass(frozen=True, eq=False)
class Scan:
    """What stands in a stretch of segments."""

    records: list[Record]
    end: int
    """Offset behind the last whole segment."""


def lines(records: Sequence[Record]) -> bytes:
    """The payload of a segment with ``records``."""
    return b"".join(to_line(record) for record in records)


def placed(attempt: int, payload: bytes, offset: int, origin: int | None) -> bytes:
    """One segment.

    Args:
        attempt: that wrote its records.
        payload: as ``lines`` makes it.
        offset: where in the file it is to stand.
        origin: of the file, as ``origin`` finds it; None for the first segment of a file.
    """
    checksum = crc32(payload)
    said = f"{MAGIC} {attempt} {len(payload)} {checksum:08x}".encode()
    place = _place(offset, checksum if origin is None else origin)
    return said + f" {crc32(said + place):08x}\n".encode() + payload


def pack(attempt: int, records: Sequence[Record]) -> bytes:
    """One segment with ``records`` that may stand anywhere."""
    payload = lines(records)
    said = f"{PLACELESS} {attempt} {len(payload)} {crc32(payload):08x}"
    return f"{said} {crc32(said.encode()):08x}\n".encode() + payload


def joined(segments: Iterable[Segment]) -> bytes:
    """A whole file of segments."""
    content, first = bytearray(), None
    for segment in segments:
        content += placed(segment.attempt, segment.payload, len(content), first)
        first = origin(bytes(content[:LONGEST_HEADER])) if first is None else first
    return bytes(content)


def pack_all(records: Sequence[Record]) -> bytes:
    """A whole file of ``records``, a segment each."""
    content, first = b"", None
    for record in records:
        content += placed(record.attempt, lines([record]), len(content), first)
        first = origin(content) if first is None else first
    return content


def origin(beginning: bytes) -> int | None:
    """What tells a file from others: the checksum of its first payload; None where the file has no first header."""
    line, newline, _ = beginning[:LONGEST_HEADER].partition(b"\n")
    found = _HEADER.fullmatch(line) if newline else None
    return None if found is None else int(found[4], 16)


def scan(content: bytes, name: str, start: int = 0, first: int | None = None) -> Scan:
    """Read whole segments; a torn end is left out.

    Args:
        content: bytes of the file from offset ``start`` on.
        name: of the file, for messages.
        start: offset of ``content`` in the file.
        first: the file's ``origin``; None where ``content`` is the file from its beginning.

    Raises:
        CorruptFileError: where the content is damaged, with file and offset.
    """
    found, end = segments(content, name, start, first)
    return Scan([record for segment in found for record in segment.records], end)


def segments(content: bytes, name: str, start: int = 0, first: int | None = None) -> tuple[list[Segment], int]:
    """As ``scan``, the segments one by one, with the offset behind the last of them."""
    reading = _Reading(content, name, start, origin(content) if first is None else first)
    found: list[Segment] = []
    at = 0
    while at < len(content):
        one = reading.segment(at)
        if one is None:
            break
        segment, at = one
        found.append(segment)
    return found, start + at


def whole_segments(content: bytes, name: str) -> list[Segment]:
    """The segments of an object, which has no torn end.

    Raises:
        CorruptFileError: where it is damaged or ends within a segment.
    """
    found, end = segments(content, name)
    if end != len(content):
        raise CorruptFileError(f"{name} is damaged: it ends within a segment")
    return found


@dataclass(frozen=True)
class _Reading:
    """One pass over a stretch of a file; offsets are within ``content``."""

    content: bytes
    name: str
    start: int
    origin: int | None

    def segment(self, at: int) -> tuple[Segment, int] | None:
        """The segment at ``at`` and the offset behind it; None where the end is torn."""
        newline = self.content.find(b"\n", at, at + LONGEST_HEADER)
        if newline < 0 and len(self.content) - at < LONGEST_HEADER:
            return None
        header = None if newline < 0 else self._header(at, newline)
        if header is None:
            if not self.content[at:].strip(b"\0"):
                return None
            raise CorruptFileError(
                f"{self.name} is damaged at byte {self.start + at}: "
                f"no header of a segment ({MAGIC}) that belongs there stands there"
            )
        end = newline + 1 + header.length
        payload = self.content[newline + 1 : end]
        if len(payload) < header.length or self._never_reached_the_disk(payload, header, end):
            return None
        return Segment(header.attempt, payload, self._records(payload, header, at)), end

    def _header(self, at: int, newline: int) -> _Header | None:
        """The header at ``at``; None where there is none that belongs there."""
        found = _HEADER.fullmatch(self.content[at:newline])
        if found is None:
            return None
        magic, attempt, length, payload, own = found.groups()
        said = found.group()[: -1 - len(own)]
        place = b"" if magic == PLACELESS.encode() else _place(self.start + at, self.origin)
        is_own = crc32(said + place) == int(own, 16)
        return _Header(int(attempt), int(length), int(payload, 16)) if is_own else None

    def _never_reached_the_disk(self, payload: bytes, header: _Header, end: int) -> bool:
        """Whether a power cut left zeros at the very end; JSON holds none."""
        return end == len(self.content) and b"\0" in payload and crc32(payload) != header.checksum

    def _records(self, payload: bytes, header: _Header, at: int) -> list[Record]:
        where = self.start + at
        if crc32(payload) != header.checksum:
            raise CorruptFileError(
                f"{self.name} is damaged: the segment at byte {where} must have the checksum {header.checksum:08x}; "
                f"it has {crc32(payload):08x}"
            )
        try:
            return [from_line(line, header.attempt) for line in payload.splitlines()]
        except (ValueError, RecursionError) as error:
            raise CorruptFileError(f"{self.name} holds something else than records at byte {where}: {error}") from error


def _place(offset: int, first: int | None) -> bytes:
    return b" %d %d" % (offset, first or 0)
