"""Finds CelebA's aligned pictures: in their folder, or in their archive, which is unpacked once into the cache."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Final

from gansearch.data._picture_folder import PictureFolder, picture_folder
from gansearch.data.folders import cached_folder
from gansearch.errors import DataError
from gansearch.storage.disk_errors import storage_errors

PICTURES: Final = "img_align_celeba"
ARCHIVE: Final = f"{PICTURES}.zip"


def celeba_pictures(folder: Path, names: Collection[str], what_to_do: str) -> PictureFolder:
    """The folder of the pictures ``names``, which are all there.

    Args:
        folder: holds ``img_align_celeba/``, else ``img_align_celeba.zip``.
        names: of the pictures: ``000001.jpg``.
        what_to_do: the end of an error.

    Raises:
        DataError: where neither is there, the archive is damaged, or pictures are missing.
        StorageError: where the archive cannot be unpacked into the cache.
    """
    pictures = folder / PICTURES
    if not pictures.is_dir():
        pictures = _unpacked(folder / ARCHIVE, names, what_to_do)
    found = picture_folder(pictures)
    missing = set(names) - {file.name for file in found.files}
    if missing:
        raise DataError(
            f"{pictures} must hold {len(names):,} pictures; got {len(names) - len(missing):,} of them, not "
            f"{', '.join(sorted(missing)[:3])}{', ...' if len(missing) > 3 else ''}. {what_to_do}"
        )
    return found


def only(folder: PictureFolder, names: Collection[str]) -> PictureFolder:
    """The folder as if it held these pictures alone."""
    return replace(folder, files=tuple(file for file in folder.files if file.name in names))


def _unpacked(archive: Path, names: Collection[str], what_to_do: str) -> Path:
    """The folder of the cache with the archive's pictures."""
    try:
        about = archive.stat()
    except OSError:
        raise DataError(
            f"{archive.parent} must hold the folder {PICTURES}/ or {ARCHIVE}; got neither. {what_to_do}"
        ) from None
    key = hashlib.sha256(f"{archive.resolve()} {about.st_size} {about.st_mtime_ns}".encode()).hexdigest()[:12]
    target = cached_folder("celeba") / f"{PICTURES}-{key}"
    if not target.is_dir():
        with storage_errors("written", str(target)):
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix="unpacking-", dir=target.parent) as scratch:
                _unpack(archive, names, Path(scratch) / PICTURES, what_to_do)
                _rename(Path(scratch) / PICTURES, target)
    return target


def _unpack(archive: Path, names: Collection[str], into: Path, what_to_do: str) -> None:
    """Write the pictures ``names`` directly into a new folder, whatever folder of the archive they lie in."""
    into.mkdir()
    try:
        with zipfile.ZipFile(archive) as file:
            for member in file.namelist():
                name = PurePosixPath(member).name
                if name in names:
                    with file.open(member) as source, (into / name).open("wb") as target:
                        shutil.copyfileobj(source, target)
    except (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError, RuntimeError) as error:
        raise DataError(f"{archive} must be a whole zip archive; got: {error}. {what_to_do}") from error


def _rename(source: Path, target: Path) -> None:
    """Move into place; what another worker has unpacked meanwhile is as good."""
    try:
        source.replace(target)
    except OSError:
        if not target.is_dir():
            raise
