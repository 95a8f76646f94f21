"""A second copy of a journal beside it, from which damage is mended.

Each operation is added to the copy after it is in the journal, without waiting for the disk: the copy is never needed
unless the journal is damaged. It is brought up to date whenever the journal is opened for writing.
"""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from pathlib import Path

from gansearch.errors import CorruptFileError
from gansearch.study.journal_lines import walk

COPY = ".copy"
DAMAGED = ".damaged"
"""Suffixes of the copy, and of what stood in the journal before it was mended."""
OPERATION = b'"op_code"'
"""Stands in each operation, and hardly in anything else."""

_logger = logging.getLogger(__name__)


def copy_of(path: Path) -> Path:
    """Where the copy of a journal lies."""
    return path.with_name(path.name + COPY)


def add(path: Path, content: bytes) -> None:
    """Add to the copy what has been added to the journal at ``path``."""
    # What cannot be written here is written when the journal is next opened; a full disk is the journal's to tell.
    with suppress(OSError), copy_of(path).open("ab", buffering=0) as copy:
        copy.write(content)


def sound_content(path: Path, content: bytes) -> bytes | None:
    """What the journal must hold where it is damaged or has lost its end, from its copy; None where it is sound.

    Args:
        path: of the journal.
        content: its whole lines.

    Raises:
        CorruptFileError: where it is damaged and its copy does not tell what must stand there.
    """
    place, wrong = walk(content)
    copied = _copied(path)
    if wrong is None and len(copied) <= len(content):
        return None  # without a walk over the copy, which takes as long as the first
    follows = bool(copied) and copied.startswith(content[: place.offset]) and walk(copied)[1] is None
    if wrong is None:
        return copied if follows else None
    # Operations that the copy lacks would be lost without a word: later trials' records would belong to none.
    left = content[place.offset :].splitlines()
    if follows and (place.number + len(left) <= copied.count(b"\n") or not any(OPERATION in line for line in left)):
        return copied
    raise CorruptFileError(
        f"{path} is damaged: line {place.number + 1} {wrong}. Its copy {copy_of(path).name} does not tell what stood "
        "there: put a backup of the file in its place, and resume. Until then gansearch status and report show what "
        "stands before that line; what each trial recorded is whole, in records/ beside it"
    )


def mend(path: Path, descriptor: int, content: bytes, sound: bytes) -> None:
    """Put ``sound`` into the journal in the place of ``content``, which is kept beside it."""
    path.with_name(path.name + DAMAGED).write_bytes(content)
    same = walk(content)[0].offset
    os.ftruncate(descriptor, same)
    left = memoryview(sound)[same:]
    while left:
        left = left[os.write(descriptor, left) :]
    os.fsync(descriptor)
    _logger.warning(
        "%s was damaged and has been mended from its copy; as it was it lies beside it as %s", path, path.name + DAMAGED
    )


def bring_up_to_date(path: Path, content: bytes) -> None:
    """Make the copy hold ``content``, which is sound."""
    copy = copy_of(path)
    # As in `add`: a copy that cannot be written is written later.
    with suppress(OSError):
        copied = copy.read_bytes() if copy.exists() else b""
        if content.startswith(copied):
            add(path, content[len(copied) :])
        else:
            fresh = path.with_name(f"{path.name}{COPY}.{os.getpid()}")
            fresh.write_bytes(content)
            fresh.replace(copy)


def _copied(path: Path) -> bytes:
    """Whole lines of the copy; nothing where there is none that can be read."""
    with suppress(OSError):
        content = copy_of(path).read_bytes()
        return content[: content.rfind(b"\n") + 1]
    return b""
