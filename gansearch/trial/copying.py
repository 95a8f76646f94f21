"""Copies what was recorded about a trial into another storage, under another name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from gansearch.curves import Curve, Record
from gansearch.curves.segment import Segment, lines
from gansearch.curves.whole import read_segments, replace_segments
from gansearch.errors import StorageError
from gansearch.records import TrialIdentity
from gansearch.storage import Storage


@dataclass(frozen=True)
class _File:
    path: str
    content: bytes


@dataclass(frozen=True)
class TrialCopy:
    """From one storage, whose writer may still be at work, to another.

    Copying again takes what is new. What a record names is there before the record is.
    """

    source: Storage
    target: Storage
    old: TrialIdentity
    new: TrialIdentity

    def run(self) -> bool:
        """Copy; whether the target now holds what the source does.

        It does not where the target's record has gone on by itself: then nothing is changed.

        Raises:
            CorruptFileError: where the source's record is damaged.
        """
        segments, checkpoint = self._at_one_moment()
        record = [self._renamed(segment) for segment in segments]
        wanted, there = _lines(record), _lines(read_segments(self.target, self.new))
        if wanted[: len(there)] != there:
            return False
        for folder in ("samples", "post_mortem"):
            self._copy_folder(folder)
        if checkpoint is not None:
            self._write(self._renamed_path(checkpoint.path), checkpoint.content)
        if wanted != there:
            replace_segments(self.target, self.new, record)
        return True

    def _at_one_moment(self) -> tuple[list[Segment], _File | None]:
        """The source's record and the checkpoint that it names; its writer may be replacing both."""
        while True:
            segments = read_segments(self.source, self.old)
            named = Curve.of(record for segment in segments for record in segment.records).checkpoint
            if named is None:
                return segments, None
            with suppress(StorageError):
                return segments, _File(named.path, self.source.read(named.path))
            if _lines(read_segments(self.source, self.old)) == _lines(segments):  # nobody writes: it has been removed
                return segments, None

    def _copy_folder(self, folder: str) -> None:
        old, new = f"{folder}/{self.old}", f"{folder}/{self.new}"
        for path in self.source.list(old):
            self._write(f"{new}{path.removeprefix(old)}", self.source.read(path))

    def _write(self, path: str, content: bytes) -> None:
        if not self.target.exists(path) or self.target.read(path) != content:
            self.target.write(path, content)

    def _renamed(self, segment: Segment) -> Segment:
        """The segment with its paths under the new name."""
        if self.old == self.new:
            return segment
        records = [self._moved(record) for record in segment.records]
        return Segment(segment.attempt, lines(records), records)

    def _moved(self, record: Record) -> Record:
        payload: Mapping[str, Any] = record.payload
        if "path" not in payload:
            return record
        return replace(record, payload={**payload, "path": self._renamed_path(payload["path"])})

    def _renamed_path(self, path: str) -> str:
        folder, name, *rest = PurePosixPath(path).parts
        return str(PurePosixPath(folder, name.replace(str(self.old), str(self.new), 1), *rest))


def _lines(segments: Sequence[Segment]) -> list[tuple[int, bytes]]:
    """Every record with its attempt, however they were portioned."""
    return [(segment.attempt, line) for segment in segments for line in segment.payload.splitlines()]
