"""Copies what was recorded about a trial into another storage, under another name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from gansearch.curves import Record
from gansearch.curves.segment import pack, scan
from gansearch.records import TrialIdentity
from gansearch.storage import Storage


@dataclass(frozen=True)
class TrialCopy:
    """From one storage, whose writer may still be at work, to another, both on this machine.

    Copying again takes what is new. A record is whole whenever a checkpoint is, in both: a checkpoint that is ahead of
    its record would lose some of it.
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
        checkpoint = self._checkpoint()
        record = self._renamed(self.source.read(_record_path(self.old)))
        path = _record_path(self.new)
        there = self.target.read(path) if self.target.exists(path) else b""
        if not record.startswith(there):
            return False
        for folder in ("samples", "post_mortem"):
            self._copy_folder(folder)
        if record != there:
            self.target.write(path, record)
        if checkpoint is not None:
            self._write(_checkpoint_path(self.new), checkpoint)
        return True

    def _checkpoint(self) -> bytes | None:
        path = _checkpoint_path(self.old)
        return self.source.read(path) if self.source.exists(path) else None

    def _copy_folder(self, folder: str) -> None:
        old, new = f"{folder}/{self.old}", f"{folder}/{self.new}"
        for path in self.source.list(old):
            self._write(f"{new}{path.removeprefix(old)}", self.source.read(path))

    def _write(self, path: str, content: bytes) -> None:
        if not self.target.exists(path) or self.target.read(path) != content:
            self.target.write(path, content)

    def _renamed(self, content: bytes) -> bytes:
        """The whole segments of a record, with its paths under the new name; what is added to one is added to both."""
        found = scan(content, f"{self.source.url}/{_record_path(self.old)}")
        if self.old == self.new:
            return content[: found.end]
        return b"".join(pack(record.attempt, [self._moved(record)]) for record in found.records)

    def _moved(self, record: Record) -> Record:
        payload: Mapping[str, Any] = record.payload
        if "path" not in payload:
            return record
        parts = PurePosixPath(payload["path"]).parts
        renamed = (part.replace(str(self.old), str(self.new), 1) for part in parts[1:])
        return replace(record, payload={**payload, "path": str(PurePosixPath(parts[0], *renamed))})


def _record_path(identity: TrialIdentity) -> str:
    return f"records/{identity}.records"


def _checkpoint_path(identity: TrialIdentity) -> str:
    return f"checkpoints/{identity}.safetensors"
