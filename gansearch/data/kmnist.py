"""70,000 cursive Japanese characters in MNIST's form. Source: Clanuwat et al. 2018, arXiv:1812.01718."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from gansearch.data._idx_folder import IdxDataSet, IdxFolder

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
class Kmnist(IdxDataSet):
    """60,000 characters to train on and 10,000 to compare with, 28 x 28, ten of hiragana, in the order of the files."""

    name: ClassVar[str] = "kmnist"
    files: ClassVar[IdxFolder] = IdxFolder("kmnist", MD5, is_of_content=False, torchvision_class="KMNIST")
