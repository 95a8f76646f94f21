"""Samples of the user's own from a file of numpy, torch or safetensors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

import numpy as np
import torch
from jaxtyping import Int64
from torch import Tensor

from gansearch.data._arrays import LABELS, read_array
from gansearch.data._base import Data, DataSet, Samples
from gansearch.data._checksum import checksum
from gansearch.data._sample_arrays import as_bytes, as_points, check_shape
from gansearch.dimensions import Float, Int, Text, static
from gansearch.errors import DataError
from gansearch.records import Geometry

HELD_OUT_SEED: Final = 0
SHAPE: Final = Text('sizes such as 3x32x32 for images or "2" for points', r"[1-9]\d{0,6}(x[1-9]\d{0,4}x[1-9]\d{0,4})?")


@dataclass(frozen=True, kw_only=True)
class TensorFile(DataSet):
    """Samples ``[N, *shape]`` of a file that ends in .npy, .pt or .safetensors.

    Images [C, H, W] are uint8 in 0..255, or real numbers in [-1, 1], which are rounded to 8 bits; points [D] are real
    numbers, kept as float32. A file of several arrays must call the one that is meant ``samples`` or ``images``, and
    the labels ``labels``. Bytes of a .npy or .pt file stay in it, mapped into memory, unless some are held out.
    """

    name: ClassVar[str] = "tensor"
    is_users_own: ClassVar[bool] = True

    path: str | None = static(None, Text("the path of a file"), "file of the samples: .npy, .pt or .safetensors")
    shape: str = static("1x28x28", SHAPE, "of one sample: channels x height x width of images, or the length of points")
    classes: int = static(
        0, Int(0, 1000), "number of classes; 0 where there are no labels", unit="classes", limits=Int(0, 1_000_000)
    )
    labels: str | None = static(
        None, Text("the path of a file"), "file of the labels, whole numbers in 0..classes - 1; it may be the same file"
    )
    held_out: float = static(
        0.0, Float(0.0, 0.5), "share of the samples, drawn by a fixed seed, that is kept to compare with"
    )

    def __post_init__(self) -> None:
        if self.path is None:
            raise DataError(
                "dataset.path must be given: the file of the samples, which ends in .npy, .pt or .safetensors"
            )
        if self.classes and self.labels is None:
            raise DataError(
                f"dataset.labels must be given where there are classes: the file of the labels; got "
                f"classes: {self.classes}"
            )
        if self.labels is not None and self.classes == 0:
            raise DataError(f"dataset.classes must be the number of classes of {self.labels}; got 0")

    @property
    def geometry(self) -> Geometry:
        """Images are bounded, points are not."""
        shape = tuple(int(size) for size in self.shape.split("x"))
        return Geometry(shape, bounded=len(shape) == 3, classes=self.classes)

    def load(self, data_dir: Path | None) -> Data:
        """Read the file; ``data_dir`` is not used.

        Raises:
            DataError: where a file is missing or damaged, or does not hold what the fields say.
        """
        path = Path(str(self.path)).expanduser()
        found = read_array(path)
        check_shape(found.values, self.geometry.shape, str(path))
        values = (as_bytes if self.geometry.bounded else as_points)(found.values, str(path))
        train, test = self._split(Samples(values, self._labels(len(values))))
        is_rounded = self.geometry.bounded and found.values.is_floating_point()
        return Data(
            self.name,
            self.geometry,
            train,
            test,
            checksum(train),
            is_mapped=found.is_mapped and train.values.data_ptr() == found.values.data_ptr(),
            notes=(f"The real numbers of {path} were rounded to 8 bits.",) if is_rounded else (),
        )

    def _labels(self, count: int) -> Int64[Tensor, " N"]:
        if self.labels is None:
            return torch.zeros(count, dtype=torch.int64)
        path = Path(self.labels).expanduser()
        labels = read_array(path, LABELS).values
        if labels.shape != (count,) or labels.is_floating_point():
            raise DataError(
                f"{path} must hold one whole number for each of the {count} samples, [{count}]; got "
                f"{list(labels.shape)} of {str(labels.dtype).removeprefix('torch.')}"
            )
        labels = labels.to(torch.int64)
        self._check_classes(path, labels)
        return labels

    def _check_classes(self, path: Path, labels: Tensor) -> None:
        low, high = (int(end) for end in torch.aminmax(labels))
        if low < 0 or high >= self.classes:
            raise DataError(
                f"{path} must hold labels in 0..{self.classes - 1} (dataset.classes: {self.classes}); got {low}..{high}"
            )
        empty = (labels.bincount(minlength=self.classes) == 0).nonzero().flatten().tolist()
        if empty:
            raise DataError(
                f"{path} must hold every class in 0..{self.classes - 1}; got none of {', '.join(map(str, empty[:10]))}"
                + (f" and {len(empty) - 10} more" if len(empty) > 10 else "")
            )

    def _split(self, samples: Samples) -> tuple[Samples, Samples | None]:
        count = round(self.held_out * len(samples))
        if self.held_out == 0:
            return samples, None
        if count == 0:
            raise DataError(
                f"dataset.held_out must be at least one of the {len(samples)} samples of {self.path}; got "
                f"{self.held_out:g}"
            )
        # numpy's whole numbers are the same on every processor; the samples keep their order.
        order = torch.from_numpy(np.random.Generator(np.random.PCG64(HELD_OUT_SEED)).permutation(len(samples)))
        test, train = order[:count].sort().values, order[count:].sort().values
        return _part(samples, train), _part(samples, test)


def _part(samples: Samples, index: Tensor) -> Samples:
    return Samples(samples.values[index], samples.labels[index])
