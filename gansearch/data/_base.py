"""What a data set is: a frozen configuration that loads itself into memory as tensors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import torch
from torch import Tensor

from gansearch.plugins import Plugin, Registry
from gansearch.records import Geometry


@dataclass(frozen=True, eq=False)
class Samples:
    """One split in memory."""

    values: Tensor
    """uint8 [N, C, H, W] for images, float32 [N, D] for points."""
    labels: Tensor
    """int64 [N]."""

    def __len__(self) -> int:
        return self.values.shape[0]

    def batch(self, index: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
        """The samples at ``index`` (any shape [*I]) as floats [*I, *shape]; images scaled to [-1, 1]."""
        values = self.values[index]
        return scaled(values, dtype)


@dataclass(frozen=True, eq=False)
class Data:
    """A loaded data set."""

    name: str
    geometry: Geometry
    train: Samples
    test: Samples | None
    """None where the data set has no test split."""
    checksum: str
    """SHA-256 of the training split's content, first 12 hex digits."""
    modes: Tensor | None = None
    """Centres [M, D] of a mixture, or None."""
    mode_std: float | None = None

    @property
    def reference(self) -> tuple[str, Samples]:
        """Name and samples of the split that metrics compare with: the test split where there is one."""
        return ("train", self.train) if self.test is None else ("test", self.test)


@dataclass(frozen=True, kw_only=True)
class DataSet(Plugin):
    """A data set's configuration. Subclasses declare their fields with ``static`` and say their geometry."""

    geometry: ClassVar[Geometry]

    def load(self, data_dir: Path | None) -> Data:
        """Read it into memory.

        Args:
            data_dir: the folder that holds one folder per data set (``mnist/``), or None where none is given.

        Raises:
            DataError: where files are missing or damaged, with what to do.
        """
        raise NotImplementedError


def scaled(values: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
    """uint8 images scaled to [-1, 1]; anything else cast to ``dtype``."""
    if values.dtype == torch.uint8:
        return values.to(dtype).div_(127.5).sub_(1.0)
    return values.to(dtype)


datasets: Registry[DataSet] = Registry("data set", DataSet, "gansearch.data")
