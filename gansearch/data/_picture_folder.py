"""Lists the pictures of a folder and all below it, without opening any."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from gansearch.data._pictures import shown
from gansearch.errors import DataError

SUFFIXES: Final = (
    *(".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff"),
    *(".pbm", ".pgm", ".pnm", ".ppm"),
)
"""What the name of a picture ends in, in small or capital letters."""
MOST_FOLDERS_DEEP: Final = 64


class PictureFile(NamedTuple):
    """What the folder says about one picture; 50,000 of them are made in a blink, which dataclasses are not."""

    name: str
    """Path from the folder on, with ``/``."""
    size: int
    """In bytes."""
    modified_ns: int


@dataclass(frozen=True)
class PictureFolder:
    """The pictures of a folder."""

    root: Path
    """Absolute, links followed."""
    files: tuple[PictureFile, ...]
    """Sorted by name."""
    folders: tuple[str, ...]
    """The folders that lie in it directly, sorted by name."""
    passed_over: int
    """Files whose names start with a dot or end in something else."""

    def identity(self) -> bytes:
        """Changes whenever a picture is added, removed, renamed or written: SHA-256 of names, sizes and times."""
        digest = hashlib.sha256(os.fsencode(self.root) + b"\n")
        lines = "".join(f"{file.name}\0{file.size} {file.modified_ns}\n" for file in self.files)
        digest.update(os.fsencode(lines))
        return digest.digest()


def picture_folder(path: Path) -> PictureFolder:
    """The pictures of the folder ``path`` and of all folders below it, links followed.

    What starts with a dot is passed over, folders with all that they hold.

    Raises:
        DataError: where it is missing, no folder, cannot be read, or goes deeper than 64 folders.
    """
    root = Path(os.path.realpath(path.expanduser()))
    if not root.is_dir():
        got = "a file" if root.exists() else "no such folder"
        raise DataError(f"{shown(path)} must be the folder that holds the pictures; got {got}")
    files: list[PictureFile] = []
    passed_over = 0
    folders = [(root, "", 0)]
    while folders:
        folder, prefix, depth = folders.pop()
        if depth > MOST_FOLDERS_DEEP:
            raise DataError(
                f"{shown(path)} must hold at most {MOST_FOLDERS_DEEP} folders within each other; got more at "
                f"{shown(prefix)}, so a link may go round in a circle"
            )
        found, below, other = _scan(folder, prefix)
        files.extend(found)
        passed_over += other
        folders.extend((folder / name, f"{prefix}{name}/", depth + 1) for name in below)
        if depth == 0:
            first = tuple(sorted(below))
    return PictureFolder(root, tuple(sorted(files)), first, passed_over)


def _scan(folder: Path, prefix: str) -> tuple[list[PictureFile], list[str], int]:
    """Pictures, folders and number of other files that lie directly in ``folder``."""
    files: list[PictureFile] = []
    folders: list[str] = []
    passed_over = 0
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir():
                    folders.extend([] if entry.name.startswith(".") else [entry.name])
                elif entry.name.startswith(".") or not entry.name.lower().endswith(SUFFIXES):
                    passed_over += 1
                else:
                    files.append(_file(entry, prefix))
    except OSError as error:
        raise DataError(f"{shown(folder)} must be a folder that can be read; got: {error.strerror}") from error
    return files, folders, passed_over


def _file(entry: os.DirEntry[str], prefix: str) -> PictureFile:
    try:
        about = entry.stat()
    except OSError:
        return PictureFile(prefix + entry.name, 0, 0)  # a link that leads nowhere: named with the bad pictures
    return PictureFile(prefix + entry.name, about.st_size, about.st_mtime_ns)
