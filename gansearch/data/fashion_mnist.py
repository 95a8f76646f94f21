"""70,000 pictures of clothes in MNIST's form. Source: Xiao, Rasul, Vollgraf 2017, arXiv:1708.07747."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from gansearch.data._idx_folder import IdxDataSet, IdxFolder

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
class FashionMnist(IdxDataSet):
    """60,000 clothes of ten kinds to train on and 10,000 to compare with, 28 x 28, in the order of the files."""

    name: ClassVar[str] = "fashion_mnist"
    files: ClassVar[IdxFolder] = IdxFolder("fashion_mnist", MD5, is_of_content=False, torchvision_class="FashionMNIST")
