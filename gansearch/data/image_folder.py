"""A folder of the user's own pictures, of any sizes and formats, decoded once and mapped into memory."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

import torch
from jaxtyping import Int64
from torch import Tensor

from gansearch.data._base import Data, DataSet, Samples
from gansearch.data._picture_cache import KeptPictures, kept_pictures
from gansearch.data._picture_folder import SUFFIXES, PictureFolder, picture_folder
from gansearch.data._pictures import listed, shown
from gansearch.dimensions import Choice, Float, Int, Text, static
from gansearch.errors import DataError
from gansearch.records import Geometry

FEWEST: Final = 2
NAMED: Final = 3
"""Names that a sentence holds."""
MEGABYTE: Final = 1e6


@dataclass(frozen=True, kw_only=True)
class ImageFolder(DataSet):
    """Every picture of a folder and those below it: resized by its shorter side, then cut to its central square.

    PNG, JPEG, BMP, GIF and WebP (the first frame), TIFF and the PBM family, of any mode: upright as EXIF says,
    transparency on white, 16 bits scaled to 8. They stand in an order drawn by a fixed seed from that of their names.
    They are decoded at the first start and kept under ``cache/pictures`` of gansearch's home, as one file that is
    mapped into memory: a later start reads no picture, and the set may be larger than memory. A picture that is added,
    removed or changed makes a new file; the old ones can be deleted at any time.
    """

    name: ClassVar[str] = "image_folder"
    is_users_own: ClassVar[bool] = True

    path: str | None = static(None, Text("a path"), "folder that holds the pictures, with all folders below it")
    size: int = static(64, Int(16, 256, log=True), "height and width", unit="pixels", limits=Int(8, 1024))
    channels: int = static(3, Choice((1, 3)), "1 for shades of grey, 3 for colours")
    classes: int = static(
        0,
        Int(0, 1000),
        "folders that lie directly in it and are the classes, in the order of their names; 0 for pictures without any",
        limits=Int(0, 10_000),
    )
    # Off: a user's folder is often small, and without a test split values compare with what was trained on, as FID does
    # by custom.
    held_out: float = static(
        0.0, Float(0.0, 0.5), "share of the pictures that are not trained on but compared with, drawn by a fixed seed"
    )
    skip_bad: bool = static(False, Choice((True, False)), "leave out pictures that cannot be read, instead of ending")

    def __post_init__(self) -> None:
        if self.path is None:
            raise DataError("image_folder: path must be given: the folder that holds the pictures")

    @property
    def _path(self) -> Path:
        assert self.path is not None
        return Path(self.path)

    @property
    def geometry(self) -> Geometry:
        """Squares in the range of tanh."""
        return Geometry(shape=(self.channels, self.size, self.size), bounded=True, classes=self.classes)

    def load(self, data_dir: Path | None) -> Data:
        """Find the pictures, or decode them; ``data_dir`` is not used.

        Raises:
            DataError: where the folder, a picture, or the folders of the classes are not as they must be.
            StorageError: where the cache cannot be read or written.
        """
        folder = picture_folder(self._path)
        self._check_folder(folder)
        pictures = kept_pictures(folder, size=self.size, channels=self.channels)
        self._check_readable(pictures, len(folder.files))
        labels = self._labels(folder, pictures.names)
        # Slices: rows that are picked one by one would be copied into memory.
        tested = round(self.held_out * len(labels))
        tested = max(tested, 1) if self.held_out else 0
        trained = len(labels) - tested
        train = self._split(folder, pictures, labels, slice(None, trained))
        test = self._split(folder, pictures, labels, slice(trained, None)) if tested else None
        content = f"{pictures.checksum} {trained}\n".encode() + labels.numpy().tobytes()
        return Data(
            self.name,
            self.geometry,
            train,
            test,
            hashlib.sha256(content).hexdigest()[:12],
            is_mapped=True,
            notes=tuple(self._notes(folder, pictures)),
        )

    def _check_folder(self, folder: PictureFolder) -> None:
        """Whatever can be told without opening a picture."""
        where = shown(folder.root)
        if not folder.files:
            others = f"none among {folder.passed_over:,} files" if folder.passed_over else "no file at all"
            raise DataError(f"{where} must hold pictures ({', '.join(SUFFIXES)}); got {others}")
        if len(folder.files) < FEWEST:
            raise DataError(f"{where} must hold at least {FEWEST} pictures; got {len(folder.files)}")
        if self.classes and len(folder.folders) != self.classes:
            raise DataError(
                f"classes must be the number of folders that lie in {where}, or 0; got {self.classes} and "
                f"{len(folder.folders)} folders{_first(folder.folders)}"
            )
        loose = [file.name for file in folder.files if "/" not in file.name] if self.classes else []
        if loose:
            raise DataError(
                f"with classes, every picture must lie in the folder of its class; got {len(loose):,} directly in "
                f"{where}{_first(loose)}"
            )

    def _check_readable(self, pictures: KeptPictures, of: int) -> None:
        bad = [(shown(name), reason) for name, reason in pictures.bad]
        where = shown(self._path)
        if bad and not self.skip_bad:
            raise DataError(
                f"every picture in {where} must be readable; got {len(bad):,} of {of:,} that are not. Mend or remove "
                f"them, or go on without them: skip_bad: true (--skip-bad)\n{listed(bad)}"
            )
        if len(pictures.names) < FEWEST:
            raise DataError(
                f"{where} must hold at least {FEWEST} pictures that can be read; got {len(pictures.names)} of {of:,}\n"
                f"{listed(bad)}"
            )

    def _labels(self, folder: PictureFolder, names: Sequence[str]) -> Int64[Tensor, " n"]:
        if not self.classes:
            return torch.zeros(len(names), dtype=torch.int64)
        number = {name: index for index, name in enumerate(folder.folders)}
        return torch.tensor([number[name.split("/", 1)[0]] for name in names])

    def _split(self, folder: PictureFolder, pictures: KeptPictures, labels: Tensor, part: slice) -> Samples:
        """Some of the rows; with classes, there must be some of each."""
        own = labels[part]
        occurring = set(own.tolist())
        lacking = [name for index, name in enumerate(folder.folders[: self.classes]) if index not in occurring]
        if lacking:
            held_out = f" (held_out is {self.held_out:g})" if self.held_out else ""
            raise DataError(
                f"every class must have pictures that can be read, in every split; got {len(own):,} pictures in a "
                f"split without {len(lacking)} of the {self.classes} classes{_first(lacking)}{held_out}"
            )
        return Samples(pictures.values[part], own)

    def _notes(self, folder: PictureFolder, pictures: KeptPictures) -> list[str]:
        count, megabytes = len(pictures.names), pictures.values.nbytes / MEGABYTE
        form = f"{self.channels} x {self.size} x {self.size}"
        decoded = "" if pictures.decoded_s is None else f"decoded in {pictures.decoded_s:.1f} s and "
        notes = [
            f"{count:,} pictures as {form}, {megabytes:,.{0 if megabytes >= 10 else 1}f} MB, {decoded}kept in "
            f"{shown(pictures.path)}"
        ]
        if pictures.bad:
            bad = [f"{shown(name)} ({reason})" for name, reason in pictures.bad]
            notes.append(f"{len(bad):,} of {len(folder.files):,} pictures cannot be read and are left out{_first(bad)}")
        if folder.passed_over:
            notes.append(f"{folder.passed_over:,} other files (hidden, or no pictures by their names) are passed over")
        return notes


def _first(names: Sequence[str]) -> str:
    """The first few, as they stand after a number of them."""
    if not names:
        return ""
    more = [f"and {len(names) - NAMED:,} more"] if len(names) > NAMED else []
    return f": {', '.join([*(shown(name) for name in names[:NAMED]), *more])}"
