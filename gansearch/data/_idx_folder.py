"""Reads the four idx files of MNIST and of the data sets made like it. Source: LeCun, Cortes, Burges 1998, MNIST."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final, NoReturn

import torch
from torch import Tensor

from gansearch.data._base import Data, DataSet, Samples
from gansearch.data._checksum import checksum
from gansearch.data._download import downloaded
from gansearch.data._idx import read_idx
from gansearch.data.folders import data_folder, remedy
from gansearch.errors import DataError
from gansearch.records import Geometry

WANTED: Final = "the four original .gz files"


@dataclass(frozen=True)
class IdxFolder:
    """The four files of one data set, and how they are known to be whole."""

    name: str
    """The data set's, which is the folder's."""
    md5: Mapping[str, str]
    """MD5 of each file, by name without ``.gz``."""
    is_of_content: bool
    """Whether the MD5 is that of the decompressed content, so that other compressions are as good."""
    torchvision_class: str
    """In ``torchvision.datasets``; it downloads the files."""
    instead: str = ""
    """What else the user can do where they cannot be downloaded."""

    def load(self, data_dir: Path | None) -> tuple[Samples, Samples]:
        """Both splits: of ``<data_dir>/<name>``, else of ``$GANSEARCH_DATA/<name>``, else of a download.

        Raises:
            DataError: where a file is missing or damaged, or cannot be downloaded.
        """
        folder = data_folder(data_dir, self.name) or self._downloaded()
        return self.read(folder)

    def read(self, folder: Path) -> tuple[Samples, Samples]:
        """The training and the test split of the files in ``folder``.

        Raises:
            DataError: where a file is missing or damaged, or images and labels differ in number.
        """
        return self._split(folder, "train"), self._split(folder, "t10k")

    def _downloaded(self) -> Path:
        files = [f"{name}.gz" for name in self.md5]
        return downloaded(self.name, files, self._fetch, wanted=WANTED, instead=self.instead)

    def _fetch(self, scratch: Path) -> Path:
        from torchvision import datasets

        return Path(getattr(datasets, self.torchvision_class)(str(scratch), download=True).raw_folder)

    def _split(self, folder: Path, split: str) -> Samples:
        images = self._array(folder, f"{split}-images-idx3-ubyte", 3)
        labels = self._array(folder, f"{split}-labels-idx1-ubyte", 1)
        if len(images) != len(labels):
            raise DataError(
                f"{folder}: images and labels of {split} must be equally many; got {len(images)} and {len(labels)}"
            )
        return Samples(images[:, None], labels.to(torch.int64))

    def _array(self, folder: Path, file: str, dimensions: int) -> Tensor:
        path = folder / f"{file}.gz"
        packed = self._packed(path)
        if not self.is_of_content:
            self._check(path, packed, self.md5[file], "")
        content = self._decompressed(path, packed)
        if self.is_of_content:
            self._check(path, content, self.md5[file], " when decompressed")
        return read_idx(content, dimensions=dimensions, source=str(path))

    def _packed(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except FileNotFoundError:
            self._refuse(path, "must exist; got no such file")
        except OSError as error:
            self._refuse(path, f"must be a readable gzip file; got: {error}")

    def _decompressed(self, path: Path, packed: bytes) -> bytes:
        try:
            return gzip.decompress(packed)
        except OSError as error:
            # BadGzipFile is one.
            self._refuse(path, f"must be a readable gzip file; got: {error}")
        except (EOFError, zlib.error) as error:
            self._refuse(path, f"must be a whole gzip file; got: {error}")

    def _check(self, path: Path, content: bytes, known: str, when: str) -> None:
        got = hashlib.md5(content, usedforsecurity=False).hexdigest()
        if got != known:
            self._refuse(path, f"must have the MD5 {known}{when}; got {got}, so it is damaged")

    def _refuse(self, path: Path, complaint: str) -> NoReturn:
        raise DataError(f"{path} {complaint}. {remedy(self.name, WANTED)}") from None


@dataclass(frozen=True, kw_only=True)
class IdxDataSet(DataSet):
    """60,000 images of ten classes to train on and 10,000 to compare with, 28 x 28, in the order of the files."""

    geometry: ClassVar[Geometry] = Geometry(shape=(1, 28, 28), bounded=True, classes=10)
    is_downloaded: ClassVar[bool] = True
    files: ClassVar[IdxFolder]

    def load(self, data_dir: Path | None) -> Data:
        """Read the four files of ``<data_dir>/<name>``, else of ``$GANSEARCH_DATA/<name>``, else of a download.

        A folder that is named but lacks a file is an error: nothing is downloaded then.

        Raises:
            DataError: where a file is missing or damaged, or cannot be downloaded.
        """
        train, test = self.files.load(data_dir)
        return Data(self.name, self.geometry, train, test, checksum(train))
