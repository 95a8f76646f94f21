"""Keeps decoded pictures as one file of raw bytes that is mapped into memory, so that they are decoded once."""

from __future__ import annotations

import hashlib
import json
import mmap
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
import torch
from jaxtyping import UInt8
from torch import Tensor

from gansearch.data._picture_folder import PictureFolder
from gansearch.data._pictures import Bad, each_picture
from gansearch.storage.disk_errors import storage_errors
from gansearch.storage.home import cache_dir
from gansearch.storage.shared_files import locked, whole_file

FORMAT: Final = 1
"""Counts up when pictures are decoded in another way, or kept in another form."""
ORDER_SEED: Final = 0
_NO_RESERVE: Final = 0x4000 if sys.platform.startswith("linux") else 0
"""MAP_NORESERVE, which ``mmap`` names from Python 3.13 on: a file larger than memory can be mapped."""


@dataclass(frozen=True, eq=False)
class KeptPictures:
    """The pictures of a folder that could be read, decoded."""

    values: UInt8[Tensor, "n C H W"]
    """Mapped: a row is read from the file when it is used. Writing to it changes this process's copy alone."""
    names: tuple[str, ...]
    """Of the rows, from the folder on."""
    bad: tuple[tuple[str, str], ...]
    """Names and reasons of those that could not be read, sorted."""
    checksum: str
    """SHA-256 of the rows."""
    path: Path
    decoded_s: float | None
    """Seconds that decoding took; None where they had been kept before."""


@dataclass(frozen=True)
class _Description:
    """What lies beside the file of raw bytes."""

    folder: str
    count: int
    shape: tuple[int, int, int]
    checksum: str
    bad: tuple[tuple[str, str, bool], ...]
    """Name, reason and whether it is damaged."""

    def to_text(self) -> str:
        return json.dumps({"format": FORMAT, **vars(self)})

    @classmethod
    def of(cls, text: str) -> _Description | None:
        """None where the text is not whole."""
        try:
            said = json.loads(text)
            bad = tuple((str(name), str(reason), bool(damaged)) for name, reason, damaged in said["bad"])
            channels, height, width = (int(side) for side in said["shape"])
            shape = (channels, height, width)
            return cls(str(said["folder"]), int(said["count"]), shape, str(said["checksum"]), bad)
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            return None


def kept_pictures(folder: PictureFolder, *, size: int, channels: int) -> KeptPictures:
    """The folder's pictures as uint8 [n, channels, size, size]; the first call decodes them, later ones find them.

    They stand in an order drawn by a fixed seed from that of their names, so that any first n are a fair sample. Of
    processes that ask at once one decodes and the others wait.

    Raises:
        DataError: where Pillow is missing.
        StorageError: where the cache cannot be read or written.
    """
    drawn = np.random.Generator(np.random.PCG64(ORDER_SEED)).permutation(len(folder.files)).tolist()
    names = [folder.files[index].name for index in drawn]
    key = hashlib.sha256(f"{FORMAT} {size} {channels}\n".encode() + folder.identity()).hexdigest()[:24]
    path = cache_dir() / "pictures" / f"{key}.bin"
    where = f"{path} (the cache of pictures, which GANSEARCH_HOME can move)"
    decoded_s = None
    with storage_errors("read", where):
        description = _described(path, folder)
    if description is None:
        with storage_errors("written", where), locked(path):
            description = _described(path, folder)  # they may have been decoded while we waited
            if description is None:
                started = time.perf_counter()
                description = _decode(path, folder, names, (channels, size, size))
                decoded_s = time.perf_counter() - started
    with storage_errors("mapped into memory", where):
        values = _mapped(path, description)
    bad = {name: reason for name, reason, _ in description.bad}
    return KeptPictures(
        values=values,
        names=tuple(name for name in names if name not in bad),
        bad=tuple(sorted(bad.items())),
        checksum=description.checksum,
        path=path,
        decoded_s=decoded_s,
    )


def _described(path: Path, folder: PictureFolder) -> _Description | None:
    """What is kept; None where there is nothing, it is not whole, or more pictures can be read by now."""
    try:
        text = path.with_suffix(".json").read_text(encoding="utf-8", errors="replace")
        length = path.stat().st_size
    except FileNotFoundError:
        return None
    said = _Description.of(text)
    if (
        said is None
        or length != said.count * int(np.prod(said.shape))
        or len(folder.files) != said.count + len(said.bad)
    ):
        return None
    channels, height, width = said.shape
    withheld = [folder.root / name for name, _, is_damaged in said.bad if not is_damaged]
    for again in each_picture(withheld, size=(height, width), channels=channels):
        if not isinstance(again, Bad) or again.is_damaged:
            return None
    return said


def _decode(path: Path, folder: PictureFolder, names: Sequence[str], shape: tuple[int, int, int]) -> _Description:
    """Decode the pictures into the file; the description comes last and makes it valid."""
    description = path.with_suffix(".json")
    description.unlink(missing_ok=True)
    with whole_file(path) as rows:
        checksum, bad = _write_rows(rows, folder.root, names, shape)
    said = _Description(str(folder.root), len(names) - len(bad), shape, checksum, tuple(bad))
    with whole_file(description) as text:
        text.write(said.to_text().encode())
    return said


def _write_rows(
    rows: BinaryIO, root: Path, names: Sequence[str], shape: tuple[int, int, int]
) -> tuple[str, list[tuple[str, str, bool]]]:
    """Write the good pictures as they come; their SHA-256, and the bad ones."""
    digest = hashlib.sha256()
    bad: list[tuple[str, str, bool]] = []
    channels, height, width = shape
    pictures = each_picture([root / name for name in names], size=(height, width), channels=channels)
    for name, picture in zip(names, pictures, strict=True):
        if isinstance(picture, Bad):
            bad.append((name, picture.reason, picture.is_damaged))
            continue
        row = picture.numpy().data
        digest.update(row)
        rows.write(row)
    return digest.hexdigest(), bad


def _mapped(path: Path, said: _Description) -> Tensor:
    """The rows, which the system reads as they are used.

    Privately mapped, so that torch meets memory that may be written to, and the file stays as it is.
    """
    if said.count == 0:
        return torch.empty(0, *said.shape, dtype=torch.uint8)
    with path.open("rb") as file:
        flags, access = mmap.MAP_PRIVATE | _NO_RESERVE, mmap.PROT_READ | mmap.PROT_WRITE
        rows = mmap.mmap(file.fileno(), 0, flags=flags, prot=access)
    return torch.frombuffer(rows, dtype=torch.uint8).view(said.count, *said.shape)
