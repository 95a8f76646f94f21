"""70,000 handwritten digits from the four original files. Source: LeCun, Cortes, Burges 1998, the MNIST database."""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar, NoReturn

import torch
from torch import Tensor

from gansearch.data._base import Data, DataSet, Samples
from gansearch.data._checksum import checksum
from gansearch.data._idx import read_idx
from gansearch.data._mnist_download import downloaded
from gansearch.errors import DataError
from gansearch.records import Geometry

ENVIRONMENT = "GANSEARCH_DATA"
"""The environment variable that stands for ``--data-dir``."""

MD5: Mapping[str, str] = MappingProxyType(
    {
        "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
        "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
        "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
        "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
    }
)
"""MD5 of each file's decompressed content: other compressions of the same digits are as good."""

REMEDY = f"--data-dir (or {ENVIRONMENT}) must name the folder that holds mnist/ with the four original .gz files"


@dataclass(frozen=True, kw_only=True)
class Mnist(DataSet):
    """60,000 digits to train on and 10,000 to compare with, 28 x 28, in the order of the files."""

    name: ClassVar[str] = "mnist"
    geometry: ClassVar[Geometry] = Geometry(shape=(1, 28, 28), bounded=True, classes=10)

    def load(self, data_dir: Path | None) -> Data:
        """Read the four files of ``<data_dir>/mnist``, else of ``$GANSEARCH_DATA/mnist``, else of a download.

        A folder that is named but lacks a file is an error: nothing is downloaded then.

        Raises:
            DataError: where a file is missing or damaged, or cannot be downloaded.
        """
        folder = data_folder(data_dir) or downloaded(MD5)
        train, test = read_mnist(folder, MD5)
        return Data(self.name, self.geometry, train, test, checksum(train))


def data_folder(data_dir: Path | None) -> Path | None:
    """The folder of the four files that the user named, by argument or environment; None where neither is given."""
    named = data_dir or (Path(os.environ[ENVIRONMENT]) if os.environ.get(ENVIRONMENT) else None)
    return None if named is None else named / "mnist"


def read_mnist(folder: Path, md5: Mapping[str, str]) -> tuple[Samples, Samples]:
    """The training and the test split.

    Args:
        folder: holds ``train-images-idx3-ubyte.gz`` and the other three.
        md5: the MD5 of each file's decompressed content, by name without ``.gz``.

    Raises:
        DataError: where a file is missing or damaged, or images and labels differ in number.
    """
    return _split(folder, "train", md5), _split(folder, "t10k", md5)


def _split(folder: Path, split: str, md5: Mapping[str, str]) -> Samples:
    images = _array(folder, f"{split}-images-idx3-ubyte", 3, md5)
    labels = _array(folder, f"{split}-labels-idx1-ubyte", 1, md5)
    if len(images) != len(labels):
        raise DataError(
            f"{folder}: images and labels of {split} must be equally many; got {len(images)} and {len(labels)}"
        )
    return Samples(images[:, None], labels.to(torch.int64))


def _array(folder: Path, name: str, dimensions: int, md5: Mapping[str, str]) -> Tensor:
    path = folder / f"{name}.gz"
    content = _decompressed(path)
    got = hashlib.md5(content, usedforsecurity=False).hexdigest()
    if got != md5[name]:
        _refuse(path, f"must have the MD5 {md5[name]} when decompressed; got {got}, so it is damaged")
    return read_idx(content, dimensions=dimensions, source=str(path))


def _decompressed(path: Path) -> bytes:
    try:
        return gzip.decompress(path.read_bytes())
    except FileNotFoundError:
        _refuse(path, "must exist; got no such file")
    except OSError as error:
        # BadGzipFile is one: the reason of the operating system or of gzip is the value got.
        _refuse(path, f"must be a readable gzip file; got: {error}")
    except (EOFError, zlib.error) as error:
        _refuse(path, f"must be a whole gzip file; got: {error}")


def _refuse(path: Path, complaint: str) -> NoReturn:
    raise DataError(f"{path} {complaint}. {REMEDY}") from None
