"""Copies what was recorded about a trial into another storage, under another name."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from gansearch.curves import Curve, Record
from gansearch.curves.segment import pack, scan
from gansearch.errors import StorageError
from gansearch.records import TrialIdentity
from gansearch.storage import Storage


@dataclass(frozen=True)
class _File:
    path: str
    content: bytes


@dataclass(frozen=True)
class TrialCopy:
    """From one storage, whose writer may still be at work, to another, both on this machine.

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
        content, checkpoint = self._at_one_moment()
        record = self._renamed(content)
        path = _record_path(self.new)
        there = self.target.read(path) if self.target.exists(path) else b""
        if not record.startswith(there):
            return False
        for folder in ("samples", "post_mortem"):
            self._copy_folder(folder)
        if checkpoint is not None:
            self._write(self._renamed_path(checkpoint.path), checkpoint.content)
        if record != there:
            self.target.write(path, record)
        return True

    def _at_one_moment(self) -> tuple[bytes, _File | None]:
        """The source's record and the checkpoint that it names; its writer may be replacing both."""
        while True:
            content = self.source.read(_record_path(self.old))
            named = Curve.of(scan(content, f"{self.source.url}/{_record_path(self.old)}").records).checkpoint
            if named is None:
                return content, None
            with suppress(StorageError):
                return content, _File(named.path, self.source.read(named.path))
            if self.source.read(_record_path(self.old)) == content:  # nobody writes: it has been removed
                return content, None

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
        return replace(record, payload={**payload, "path": self._renamed_path(payload["path"])})

    def _renamed_path(self, path: str) -> str:
        folder, name, *rest = PurePosixPath(path).parts
        return str(PurePosixPath(folder, name.replace(str(self.old), str(self.new), 1), *rest))


def _record_path(identity: TrialIdentity) -> str:
    return f"records/{identity}.records"
