"""What a data set is: a frozen configuration that loads itself into memory as tensors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

import torch
from torch import Tensor

from gansearch.plugins import Plugin, Registry
from gansearch.records import Geometry

FINAL_SAMPLES: Final = 10_000
"""Generated samples at the end of a trial, of most data sets."""


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
    final_samples: int = FINAL_SAMPLES
    """Generated samples that a trial is measured with at its end."""
    is_mapped: bool = False
    """Whether the values lie in a file that is mapped into memory: the system reads what is used."""
    notes: tuple[str, ...] = ()
    """Sentences on how it was read that its user should know: what was skipped, say."""

    @property
    def reference(self) -> tuple[str, Samples]:
        """Name and samples of the split that metrics compare with: the test split where there is one."""
        return ("train", self.train) if self.test is None else ("test", self.test)

    @property
    def nbytes(self) -> int:
        """Bytes of all values and labels, in memory or mapped."""
        splits = [split for split in (self.train, self.test) if split is not None]
        return sum(tensor.nbytes for split in splits for tensor in (split.values, split.labels))


@dataclass(frozen=True, kw_only=True)
class DataSet(Plugin):
    """A data set's configuration. Subclasses declare their fields with ``static`` and say their geometry.

    A geometry follows from the fields alone, never from a file: a generator is rebuilt where there is no data. A field
    called ``path`` names a file or folder of the user's.

    Raises:
        DataError: where the fields do not go together.
    """

    is_users_own: ClassVar[bool] = False
    """Whether it must be told what to read, so that it cannot be loaded at its defaults."""
    is_downloaded: ClassVar[bool] = False
    """Whether its files are downloaded at first use, where no folder is named that holds them."""
    files_of: ClassVar[str | None] = None
    """The data set whose files it reads, where they are not its own."""

    @property
    def geometry(self) -> Geometry:
        """The form of one sample; a class attribute where it is always the same."""
        raise NotImplementedError

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
