"""60,000 small pictures of ten kinds of things. Source: Krizhevsky 2009, Learning multiple layers of features."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from gansearch.data._base import Data, DataSet
from gansearch.data._checksum import checksum
from gansearch.data._cifar_archive import CLASSES, SHAPE, read_archive
from gansearch.data._download import downloaded, fetch_file
from gansearch.data._known_file import check_file
from gansearch.data.folders import data_folder, remedy
from gansearch.records import Geometry

ARCHIVE: Final = "cifar-10-binary.tar.gz"
MD5 = "c32a1d4ab5d03f1284b67883e8d87530"
"""Of the archive; it is compared before anything is read from it."""
SITE = "https://www.cs.toronto.edu/~kriz/"
WANTED: Final = f"the binary version's archive, {ARCHIVE}"


@dataclass(frozen=True, kw_only=True)
class Cifar10(DataSet):
    """50,000 pictures to train on and 10,000 to compare with, 3 x 32 x 32, in the order of the binary files.

    The archive is read as it is: nothing is unpacked to disk, and nothing is unpickled.
    """

    name: ClassVar[str] = "cifar10"
    geometry: ClassVar[Geometry] = Geometry(shape=SHAPE, bounded=True, classes=CLASSES)
    is_downloaded: ClassVar[bool] = True

    def load(self, data_dir: Path | None) -> Data:
        """Read the archive of ``<data_dir>/cifar10``, else of ``$GANSEARCH_DATA/cifar10``, else of a download.

        A folder that is named but lacks it is an error: nothing is downloaded then.

        Raises:
            DataError: where the archive is missing or damaged, or cannot be downloaded.
        """
        folder = data_folder(data_dir, self.name) or downloaded(self.name, [ARCHIVE], _fetch, wanted=WANTED)
        what_to_do = remedy(self.name, WANTED)
        check_file(folder / ARCHIVE, MD5, what_to_do)
        train, test = read_archive(folder / ARCHIVE, what_to_do)
        return Data(self.name, self.geometry, train, test, checksum(train))


def _fetch(scratch: Path) -> Path:
    fetch_file(SITE + ARCHIVE, scratch / ARCHIVE, MD5)
    return scratch
