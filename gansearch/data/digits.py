"""1,797 handwritten digits of 8 x 8 pixels. Source: Alpaydin, Kaynak 1998, Optical recognition of handwritten digits.

They are those that scikit-learn ships: the test part of the data set in the UCI repository.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import ClassVar, Final

import numpy as np
import torch
from torch import Tensor

from gansearch.data._base import Data, DataSet, Samples
from gansearch.data._checksum import checksum
from gansearch.errors import DataError
from gansearch.records import Geometry

CSV_MD5: Final = "a0339c30a8a5312a1b6f9e5c719dcce5"
"""MD5 of the decompressed file."""
BRIGHTEST: Final = 16
"""The largest value of a pixel as it is published; the smallest is 0."""
TRAINING: Final = 1_297
"""Digits to train on; the other 500 are the test split."""
SEED: Final = 0


@dataclass(frozen=True, kw_only=True)
class Digits(DataSet):
    """1,297 digits to train on and 500 to compare with, 8 x 8, in an order drawn from a fixed seed.

    The pixels' values 0..16 are stretched to 0..255: ``round(255 / 16 * v)``.
    """

    name: ClassVar[str] = "digits"
    geometry: ClassVar[Geometry] = Geometry(shape=(1, 8, 8), bounded=True, classes=10)

    def load(self, data_dir: Path | None) -> Data:
        """Read the digits that scikit-learn ships; ``data_dir`` is not used.

        Raises:
            DataError: where scikit-learn is not installed, or ships something else.
        """
        every = parse(_packaged_csv())
        # numpy's whole numbers are the same on every processor.
        order = torch.from_numpy(np.random.Generator(np.random.PCG64(SEED)).permutation(len(every)))
        train, test = _part(every, order[:TRAINING]), _part(every, order[TRAINING:])
        return Data(self.name, self.geometry, train, test, checksum(train))


def parse(csv: bytes) -> Samples:
    """The digits of a csv file whose rows are 64 pixels in 0..16 and the class, in their order.

    Returns:
        uint8 images [1797, 1, 8, 8] and labels.

    Raises:
        DataError: where the content is not that of the file that scikit-learn ships.
    """
    got = hashlib.md5(csv, usedforsecurity=False).hexdigest()
    if got != CSV_MD5:
        raise DataError(
            f"scikit-learn's digits.csv must have the MD5 {CSV_MD5} when decompressed; got {got}. Install "
            "scikit-learn again"
        )
    rows = np.loadtxt(BytesIO(csv), delimiter=",", dtype=np.int64)
    stretched = np.rint(rows[:, :-1] * (255 / BRIGHTEST)).astype(np.uint8)
    return Samples(torch.from_numpy(stretched.reshape(-1, 1, 8, 8)), torch.from_numpy(rows[:, -1].copy()))


def _part(samples: Samples, index: Tensor) -> Samples:
    return Samples(samples.values[index], samples.labels[index])


def _packaged_csv() -> bytes:
    package = find_spec("sklearn")  # found, not imported: that takes seconds
    if package is None or package.origin is None:
        raise DataError(
            "digits needs the package scikit-learn, which ships them; it is not installed. Install scikit-learn, or "
            "gansearch with its extra samplers; or use the data set mnist5k, which needs neither"
        )
    path = Path(package.origin).parent / "datasets" / "data" / "digits.csv.gz"
    try:
        return gzip.decompress(path.read_bytes())
    except (OSError, EOFError) as error:
        raise DataError(f"{path} must be a readable gzip file; got: {error}. Install scikit-learn again") from error
