"""Reads samples from anywhere, so that they can be measured: an array in a file, or a folder of pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from jaxtyping import Float
from torch import Tensor

from gansearch.data._arrays import KINDS, read_array
from gansearch.data._picture_folder import picture_folder
from gansearch.data._pictures import listed, read_pictures
from gansearch.data._sample_arrays import as_points, as_unit, check_shape
from gansearch.errors import DataError
from gansearch.records import Geometry

COLOURS: Final = (1, 3)


def read_samples(path: Path, geometry: Geometry) -> Float[Tensor, "n *shape"]:
    """Samples of the form that ``geometry`` says; images in [-1, 1], points as they are.

    Args:
        path: a file that ends in .npy, .pt or .safetensors with an array [n, *shape], or a folder of pictures, which
            are read in the order of their names. Images are uint8 in 0..255, or real numbers in [-1, 1]. Pictures
            must have the size of the geometry: a silent change of size would be measured with them.
        geometry: of the data set that the samples are compared with.

    Raises:
        DataError: where there is nothing at ``path``, it is damaged, or holds something else.
    """
    path = path.expanduser()
    if not path.exists():
        raise DataError(f"{path} must be a file that ends in {KINDS}, or a folder of pictures; got neither")
    if path.is_dir():
        return as_unit(_pictures(path, geometry), str(path))
    values = read_array(path).values
    check_shape(values, geometry.shape, str(path))
    return as_unit(values, str(path)) if geometry.bounded else as_points(values, str(path))


def _pictures(path: Path, geometry: Geometry) -> Tensor:
    if len(geometry.shape) != 3 or geometry.shape[0] not in COLOURS:
        raise DataError(
            f"{path} must be a file that ends in {KINDS}, since samples of shape {list(geometry.shape)} are no "
            "pictures of 1 or 3 channels; got a folder"
        )
    folder = picture_folder(path)
    if not folder.files:
        raise DataError(f"{path} must hold at least one picture; got {folder.passed_over} other files")
    images, bad = read_pictures(
        [folder.root / file.name for file in folder.files], size=None, channels=geometry.shape[0]
    )
    if bad:
        names = listed([(str(each.path), each.reason) for each in bad])
        raise DataError(
            f"{path} must hold pictures that can be read; got {len(bad)} of {len(folder.files)} that cannot:\n{names}\n"
            "Take them away or replace them"
        )
    if images.shape[1:] != geometry.shape:
        _, height, width = geometry.shape
        raise DataError(
            f"{path} must hold pictures of {width} x {height} pixels, as the data set; got {images.shape[3]} x "
            f"{images.shape[2]}. Resize them first: how that is done is part of what is measured"
        )
    return images
