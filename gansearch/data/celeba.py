"""202,599 faces of celebrities, aligned. Source: Liu et al. 2015, Deep learning face attributes, arXiv:1411.7766."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar, Final

import torch

from gansearch.data._base import Data, DataSet, Samples
from gansearch.data._celeba_lists import ATTRIBUTE_LIST, PARTITION, TEST, TRAINING, read_attribute, read_partition
from gansearch.data._celeba_pictures import ARCHIVE, PICTURES, celeba_pictures, only
from gansearch.data._download import downloaded
from gansearch.data._picture_cache import KeptPictures, kept_pictures
from gansearch.data._picture_folder import PictureFolder
from gansearch.data._pictures import listed
from gansearch.data.folders import data_folder, remedy
from gansearch.dimensions import Choice, Int, static
from gansearch.errors import DataError
from gansearch.records import Geometry

MD5: Mapping[str, str] = MappingProxyType(
    {PARTITION: "d32c9cbf5e040fd4025c592c306e6668", ATTRIBUTE_LIST: "75e246fa4810816ffd6ee81facbd244c"}
)
WANTED: Final = f"{PICTURES}/ (or {ARCHIVE}), {PARTITION} and {ATTRIBUTE_LIST}"

ATTRIBUTES: Final = (
    *("5_o_Clock_Shadow", "Arched_Eyebrows", "Attractive", "Bags_Under_Eyes", "Bald", "Bangs", "Big_Lips", "Big_Nose"),
    *("Black_Hair", "Blond_Hair", "Blurry", "Brown_Hair", "Bushy_Eyebrows", "Chubby", "Double_Chin", "Eyeglasses"),
    *("Goatee", "Gray_Hair", "Heavy_Makeup", "High_Cheekbones", "Male", "Mouth_Slightly_Open", "Mustache"),
    *("Narrow_Eyes", "No_Beard", "Oval_Face", "Pale_Skin", "Pointy_Nose", "Receding_Hairline", "Rosy_Cheeks"),
    *("Sideburns", "Smiling", "Straight_Hair", "Wavy_Hair", "Wearing_Earrings", "Wearing_Hat", "Wearing_Lipstick"),
    *("Wearing_Necklace", "Wearing_Necktie", "Young"),
)
"""As the list of attributes calls them."""


@dataclass(frozen=True, kw_only=True)
class CelebA(DataSet):
    """162,770 faces to train on and the 19,962 of the test part to compare with; the validation part is not used.

    The aligned pictures of 178 x 218 pixels, cut to their central square of 178 x 178 and resized. They are decoded at
    the first start and kept as two files that are mapped into memory: 2.2 GB at 64 x 64.
    """

    name: ClassVar[str] = "celeba"
    is_downloaded: ClassVar[bool] = True

    size: int = static(64, Int(32, 128), "height and width", unit="pixels", limits=Int(8, 178))
    attribute: str | None = static(
        None, Choice(ATTRIBUTES), "attribute whose absence and presence are the classes 0 and 1; no classes without one"
    )

    @property
    def geometry(self) -> Geometry:
        """Squares in colour, in the range of tanh."""
        return Geometry((3, self.size, self.size), bounded=True, classes=0 if self.attribute is None else 2)

    def load(self, data_dir: Path | None) -> Data:
        """Find the pictures of ``<data_dir>/celeba``, else of ``$GANSEARCH_DATA/celeba``, else of a download.

        A folder that is named but lacks them is an error: nothing is downloaded then. The download needs gdown.

        Raises:
            DataError: where pictures or lists are missing or damaged, or cannot be downloaded.
            StorageError: where the cache cannot be read or written.
        """
        folder = data_folder(data_dir, self.name) or downloaded(self.name, (PICTURES, *MD5), _fetch, wanted=WANTED)
        what_to_do = remedy(self.name, WANTED)
        splits = read_partition(folder / PARTITION, MD5[PARTITION], what_to_do)
        pictures = celeba_pictures(folder, splits, what_to_do)
        classes = self._classes(folder, what_to_do)
        train, trained = self._split(pictures, _names(splits, TRAINING), classes)
        test, _ = self._split(pictures, _names(splits, TEST), classes)
        content = f"{trained}\n".encode() + train.labels.numpy().tobytes()
        checksum = hashlib.sha256(content).hexdigest()[:12]
        return Data(self.name, self.geometry, train, test, checksum, is_mapped=True)

    def _classes(self, folder: Path, what_to_do: str) -> Mapping[str, int]:
        """Class of each picture by name; empty where there are no classes."""
        if self.attribute is None:
            return {}
        return read_attribute(folder / ATTRIBUTE_LIST, MD5[ATTRIBUTE_LIST], self.attribute, what_to_do)

    def _split(
        self, pictures: PictureFolder, names: Collection[str], classes: Mapping[str, int]
    ) -> tuple[Samples, str]:
        """One split and the SHA-256 of its pictures. Each is a file of its own: parts of one file would be copies."""
        kept = kept_pictures(only(pictures, names), size=self.size, channels=3)
        _check_readable(pictures.root, kept)
        labels = torch.tensor([classes.get(name, 0) for name in kept.names], dtype=torch.int64)
        return Samples(kept.values, labels), kept.checksum


def _names(splits: Mapping[str, int], split: int) -> frozenset[str]:
    return frozenset(name for name, number in splits.items() if number == split)


def _check_readable(root: Path, kept: KeptPictures) -> None:
    if kept.bad:
        raise DataError(
            f"{root} must hold pictures that can be read; got {len(kept.bad):,} that cannot. Copy them anew:\n"
            f"{listed(kept.bad)}"
        )


def _fetch(scratch: Path) -> Path:
    from torchvision.datasets import CelebA as Published

    Published(str(scratch), download=True)
    return scratch / str(Published.base_folder)
