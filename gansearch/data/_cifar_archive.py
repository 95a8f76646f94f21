"""Reads CIFAR-10's binary archive as it is. Source: Krizhevsky 2009, Learning multiple layers of features."""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import torch
from torch import Tensor

from gansearch.data._base import Samples
from gansearch.errors import DataError

SHAPE: Final = (3, 32, 32)
CLASSES: Final = 10
ROW: Final = 1 + 3 * 32 * 32
"""Bytes of an image: its label, then red, green, blue, each by rows."""
FOLDER: Final = "cifar-10-batches-bin"
TRAINING: Final = tuple(f"data_batch_{number}.bin" for number in range(1, 6))
TEST: Final = ("test_batch.bin",)


def read_archive(path: Path, what_to_do: str) -> tuple[Samples, Samples]:
    """The training and the test split, in the order of the files.

    Args:
        path: of ``cifar-10-binary.tar.gz``.
        what_to_do: the end of an error.

    Returns:
        uint8 images [N, 3, 32, 32] and labels in 0..9, twice.

    Raises:
        DataError: where it is no whole archive, a member is missing, or one is not of that form.
    """
    try:
        with tarfile.open(path, "r:gz") as archive:
            members = {name: _member(archive, name) for name in (*TRAINING, *TEST)}
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise DataError(f"{path} must be a whole .tar.gz archive; got: {error}. {what_to_do}") from error
    except KeyError as error:
        raise DataError(f"{path} must hold every batch; got: {error.args[0]}. {what_to_do}") from error
    return _samples(path, TRAINING, members), _samples(path, TEST, members)


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(f"{FOLDER}/{name}")
    if file is None:
        raise KeyError(f"{FOLDER}/{name} is no file")
    return file.read()


def _samples(path: Path, names: Sequence[str], members: dict[str, bytes]) -> Samples:
    rows = torch.cat([_rows(f"{name} of {path}", members[name]) for name in names])
    return Samples(rows[:, 1:].reshape(-1, *SHAPE), rows[:, 0].long())


def _rows(source: str, content: bytes) -> Tensor:
    if not content or len(content) % ROW:
        raise DataError(f"{source} must hold {ROW} bytes an image; got {len(content)} bytes in all")
    rows = torch.frombuffer(bytearray(content), dtype=torch.uint8).reshape(-1, ROW)
    highest = int(rows[:, 0].max())
    if highest >= CLASSES:
        raise DataError(f"{source} must hold labels in 0..{CLASSES - 1}; got {highest}")
    return rows
