"""70,000 cursive Japanese characters in MNIST's form. Source: Clanuwat et al. 2018, arXiv:1812.01718."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar

from gansearch.data._base import Data, DataSet
from gansearch.data._checksum import checksum
from gansearch.data._idx_folder import IdxFolder
from gansearch.records import Geometry

MD5: Mapping[str, str] = MappingProxyType(
    {
        "train-images-idx3-ubyte": "bdb82020997e1d708af4cf47b453dcf7",
        "train-labels-idx1-ubyte": "e144d726b3acfaa3e44228e80efcd344",
        "t10k-images-idx3-ubyte": "5c965bf0a639b31b8f53240b1b52f4d7",
        "t10k-labels-idx1-ubyte": "7320c461ea6c1c855c0b718fb2a4b134",
    }
)
"""MD5 of each file as it is published, compressed."""


@dataclass(frozen=True, kw_only=True)
class Kmnist(DataSet):
    """60,000 characters to train on and 10,000 to compare with, 28 x 28, ten of hiragana, in the order of the files."""

    name: ClassVar[str] = "kmnist"
    geometry: ClassVar[Geometry] = Geometry(shape=(1, 28, 28), bounded=True, classes=10)
    is_downloaded: ClassVar[bool] = True

    def load(self, data_dir: Path | None) -> Data:
        """Read the four files of ``<data_dir>/kmnist``, else of ``$GANSEARCH_DATA/kmnist``, else of a download.

        A folder that is named but lacks a file is an error: nothing is downloaded then.

        Raises:
            DataError: where a file is missing or damaged, or cannot be downloaded.
        """
        train, test = idx_folder().load(data_dir)
        return Data(self.name, self.geometry, train, test, checksum(train))


def idx_folder() -> IdxFolder:
    """The four files; their MD5 is known as they are published."""
    return IdxFolder(Kmnist.name, MD5, is_of_content=False, torchvision_class="KMNIST")
