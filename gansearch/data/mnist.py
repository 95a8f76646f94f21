"""70,000 handwritten digits from the four original files. Source: LeCun, Cortes, Burges 1998, the MNIST database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from gansearch.data._idx_folder import IdxDataSet, IdxFolder

MD5: Mapping[str, str] = MappingProxyType(
    {
        "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
        "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
        "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
        "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
    }
)
"""MD5 of each file's decompressed content: other compressions of the same digits are as good."""


@dataclass(frozen=True, kw_only=True)
class Mnist(IdxDataSet):
    """60,000 digits to train on and 10,000 to compare with, 28 x 28, in the order of the files."""

    name: ClassVar[str] = "mnist"
    files: ClassVar[IdxFolder] = IdxFolder(
        "mnist",
        MD5,
        is_of_content=True,
        torchvision_class="MNIST",
        instead=", or use the data set mnist5k, which needs no download",
    )
