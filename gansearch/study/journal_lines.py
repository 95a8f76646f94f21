"""The lines of a journal: one JSON object each, with a checksum that Optuna's own reader passes over.

A line is ``{...,"crc":"<8 hex digits>"}``. The checksum covers the rest of the object and the checksum of the line
before that has one, so that a digit that was flipped and a line that was lost, moved or doubled are found alike. Lines
without a checksum, of older studies or of other programs, are taken as they are and are no part of that chain.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gansearch.storage.checksums import crc32

_SIGNED = re.compile(rb'(\{.+),"crc":"([0-9a-f]{8})"\}', re.DOTALL)
FIRST = b"00000000"
"""What the first checksum follows."""

_WORDS_AT_THE_END = frozenset({"study_name", "worker_id", "distribution", "datetime_start", "datetime_complete"})
"""Keys with which an operation of Optuna's own can end and whose value is a word, as a checksum is."""


class DamagedLineError(Exception):
    """A line that is not what was written there; the message says why."""


@dataclass(frozen=True)
class Place:
    """How far a journal has been read."""

    number: int = 0
    """Lines before it."""
    offset: int = 0
    """Bytes before it."""
    checksum: bytes = FIRST
    """Of the last line before it that has one."""


def written(logs: Sequence[Mapping[str, Any]], after: bytes) -> tuple[bytes, bytes]:
    """``logs`` as lines that follow the checksum ``after``, and the last of their own checksums."""
    content = b""
    for log in logs:
        body = json.dumps(log, separators=(",", ":")).encode()
        after = _checksum(body, after)
        content += body[:-1] + b',"crc":"' + after + b'"}\n'
    return content, after


def lines(content: bytes, place: Place) -> Iterator[tuple[dict[str, Any], Place]]:
    """The operations of whole lines, each with the place behind it; a line without an end is left for later.

    Args:
        content: of the file from ``place`` on.
        place: where it begins.

    Raises:
        DamagedLineError: where a line is not what was written there.
    """
    for line in _whole(content):
        body, checksum = _checked(line.removesuffix(b"\n"), place.checksum)
        place = Place(place.number + 1, place.offset + len(line), checksum or place.checksum)
        yield _parsed(body, is_signed=checksum is not None), place


def walk(content: bytes, place: Place = Place()) -> tuple[Place, str | None]:
    """The place behind the last whole line that is sound, and what is wrong with the next one; None for nothing."""
    try:
        for line in _whole(content):
            body, checksum = _checked(line.removesuffix(b"\n"), place.checksum)
            if checksum is None:
                _parsed(body, is_signed=False)
            place = Place(place.number + 1, place.offset + len(line), checksum or place.checksum)
    except DamagedLineError as error:
        return place, str(error)
    return place, None


def _whole(content: bytes) -> list[bytes]:
    """Lines that have an end, with it."""
    return [line + b"\n" for line in content.split(b"\n")[:-1]]


def _checked(line: bytes, before: bytes) -> tuple[bytes, bytes | None]:
    """The object on a line without its checksum, and that checksum; None where it has none."""
    signed = _SIGNED.fullmatch(line)
    if signed is None:
        return line, None
    body, said = signed[1] + b"}", signed[2]
    if _checksum(body, before) != said:
        raise DamagedLineError(f"must have the checksum {said.decode()}; it has {_checksum(body, before).decode()}")
    return body, said


def _parsed(body: bytes, *, is_signed: bool) -> dict[str, Any]:
    try:
        log = json.loads(body.decode())
    except (ValueError, RecursionError) as error:
        raise DamagedLineError(f"is not JSON ({error})") from error
    if not isinstance(log, dict) or not log:
        raise DamagedLineError("is not an operation")
    last = next(reversed(log))
    if not is_signed and isinstance(log[last], str) and last not in _WORDS_AT_THE_END:
        raise DamagedLineError("must end with its checksum")
    return log


def _checksum(body: bytes, before: bytes) -> bytes:
    return f"{crc32(before + body):08x}".encode()
