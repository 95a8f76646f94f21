"""Small files in the real idx format: 20 training and 10 test images of 28 x 28 pixels."""

from __future__ import annotations

import gzip
import hashlib
import struct
from collections.abc import Mapping
from pathlib import Path

import pytest

from gansearch.data import mnist

SIDE = 28


def idx_files(train: int = 20, test: int = 10) -> dict[str, bytes]:
    """Decompressed files by name: the i-th image holds i everywhere, its label is i % 10."""
    found = {}
    for split, count in (("train", train), ("t10k", test)):
        pixels = b"".join(bytes([i]) * SIDE**2 for i in range(count))
        found[f"{split}-images-idx3-ubyte"] = struct.pack(">BBBBIII", 0, 0, 8, 3, count, SIDE, SIDE) + pixels
        labels = bytes(i % 10 for i in range(count))
        found[f"{split}-labels-idx1-ubyte"] = struct.pack(">BBBBI", 0, 0, 8, 1, count) + labels
    return found


def md5_of(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: hashlib.md5(content).hexdigest() for name, content in files.items()}


@pytest.fixture
def small_files() -> dict[str, bytes]:
    return idx_files()


@pytest.fixture
def longer_files() -> dict[str, bytes]:
    """One training image more."""
    return idx_files(train=21)


@pytest.fixture
def data_dir(tmp_path: Path, small_files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the small files in ``mnist/``, whose checksums are the known ones."""
    folder = tmp_path / "data" / "mnist"
    folder.mkdir(parents=True)
    for name, content in small_files.items():
        (folder / f"{name}.gz").write_bytes(gzip.compress(content))
    monkeypatch.setattr(mnist, "MD5", md5_of(small_files))
    monkeypatch.delenv("GANSEARCH_DATA", raising=False)
    return folder.parent
