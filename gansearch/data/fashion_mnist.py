"""70,000 pictures of clothes in MNIST's form. Source: Xiao, Rasul, Vollgraf 2017, arXiv:1708.07747."""

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
        "train-images-idx3-ubyte": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "train-labels-idx1-ubyte": "25c81989df183df01b3e8a0aad5dffbe",
        "t10k-images-idx3-ubyte": "bef4ecab320f06d8554ea6380940ec79",
        "t10k-labels-idx1-ubyte": "bb300cfdad3c16e7a12a480ee83cd310",
    }
)
"""MD5 of each file as it is published, compressed."""


@dataclass(frozen=True, kw_only=True)
class FashionMnist(DataSet):
    """60,000 clothes of ten kinds to train on and 10,000 to compare with, 28 x 28, in the order of the files."""

    name: ClassVar[str] = "fashion_mnist"
    geometry: ClassVar[Geometry] = Geometry(shape=(1, 28, 28), bounded=True, classes=10)
    is_downloaded: ClassVar[bool] = True

    def load(self, data_dir: Path | None) -> Data:
        """Read the files of ``<data_dir>/fashion_mnist``, else of ``$GANSEARCH_DATA/fashion_mnist``, else a download.

        A folder that is named but lacks a file is an error: nothing is downloaded then.

        Raises:
            DataError: where a file is missing or damaged, or cannot be downloaded.
        """
        train, test = idx_folder().load(data_dir)
        return Data(self.name, self.geometry, train, test, checksum(train))


def idx_folder() -> IdxFolder:
    """The four files; their MD5 is known as they are published."""
    return IdxFolder(FashionMnist.name, MD5, is_of_content=False, torchvision_class="FashionMNIST")
