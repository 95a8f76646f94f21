"""99,289 digits of house numbers in colour. Source: Netzer et al. 2011, Reading digits in natural images, NIPS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Final

import numpy as np
import torch

from gansearch.data._base import Data, DataSet, Samples
from gansearch.data._checksum import checksum
from gansearch.data._download import downloaded, fetch_file
from gansearch.data._known_file import check_file
from gansearch.data.folders import data_folder, remedy
from gansearch.errors import DataError
from gansearch.records import Geometry

MD5: Mapping[str, str] = MappingProxyType(
    {
        "train_32x32.mat": "e26dedcc434d2e4c54c9b2d4a06d8373",
        "test_32x32.mat": "eb5a983be6a315427106f1b164d9cef3",
    }
)
SITE: Final = "http://ufldl.stanford.edu/housenumbers/"
WANTED: Final = "train_32x32.mat and test_32x32.mat"
CLASSES: Final = 10


@dataclass(frozen=True, kw_only=True)
class Svhn(DataSet):
    """73,257 cropped digits to train on and 26,032 to compare with, 3 x 32 x 32, in the order of the files.

    The files call the digit 0 class 10; here it is class 0. The 531,131 easier digits of ``extra`` are not used.
    """

    name: ClassVar[str] = "svhn"
    geometry: ClassVar[Geometry] = Geometry(shape=(3, 32, 32), bounded=True, classes=CLASSES)
    is_downloaded: ClassVar[bool] = True

    def load(self, data_dir: Path | None) -> Data:
        """Read the two files of ``<data_dir>/svhn``, else of ``$GANSEARCH_DATA/svhn``, else of a download.

        A folder that is named but lacks a file is an error: nothing is downloaded then.

        Raises:
            DataError: where a file is missing or damaged, or cannot be downloaded.
        """
        folder = data_folder(data_dir, self.name) or downloaded(self.name, MD5, _fetch, wanted=WANTED)
        train, test = (read_mat(folder / file, md5) for file, md5 in MD5.items())
        return Data(self.name, self.geometry, train, test, checksum(train))


def read_mat(path: Path, md5: str) -> Samples:
    """The digits of a file in MATLAB's format: ``X`` uint8 [32, 32, 3, N], ``y`` [N, 1] in 1..10.

    Args:
        path: of the file.
        md5: of the file.

    Raises:
        DataError: where the file is missing, damaged, or not of that form.
    """
    what_to_do = remedy(Svhn.name, WANTED)
    check_file(path, md5, what_to_do)
    arrays = _arrays(path)
    images, labels = arrays.get("X"), arrays.get("y")
    if images is None or labels is None or images.shape != (32, 32, 3, labels.size) or images.dtype != np.uint8:
        found = {name: each.shape for name, each in arrays.items() if isinstance(each, np.ndarray)}
        raise DataError(f"{path} must hold uint8 X [32, 32, 3, N] and y [N, 1]; got {found}. {what_to_do}")
    numbers = torch.from_numpy(labels.reshape(-1).astype(np.int64))
    return Samples(torch.from_numpy(np.ascontiguousarray(images.transpose(3, 2, 0, 1))), numbers % CLASSES)


def _arrays(path: Path) -> dict[str, Any]:
    try:
        from scipy.io import loadmat
    except ImportError as error:
        raise DataError(f"svhn needs the package scipy to read {path}; got: {error}. Install scipy") from error
    found: dict[str, Any] = loadmat(str(path))
    return found


def _fetch(scratch: Path) -> Path:
    for file, md5 in MD5.items():
        fetch_file(SITE + file, scratch / file, md5)
    return scratch
