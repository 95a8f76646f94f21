"""Data sets small enough for tests: 64 images of 8 x 8 pixels in two classes.

The file can be given as a plug-in (``--plugin``), so that a whole search may run on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import torch
from torch import Tensor

from gansearch.data import Data, DataSet, Samples, checksum
from gansearch.dimensions import Int, static
from gansearch.records import Geometry

SIDE = 8


@dataclass(frozen=True, kw_only=True)
class TinyImages(DataSet):
    """Bright left halves and bright right halves, with noise."""

    name: ClassVar[str] = "tiny_images"
    geometry: ClassVar[Geometry] = Geometry(shape=(1, SIDE, SIDE), bounded=True, classes=2)

    train_samples: int = static(64, Int(16, 1024, log=True), "images to train on", limits=Int(1, 65536))
    test_samples: int = static(32, Int(16, 1024, log=True), "images to compare with", limits=Int(1, 65536))
    seed: int = static(0, Int(0, 2**31 - 1), "decides the images")

    def load(self, data_dir: Path | None) -> Data:
        """Draw the images; ``data_dir`` is not used."""
        train = _halves(self.train_samples, 2 * self.seed)
        test = _halves(self.test_samples, 2 * self.seed + 1)
        return Data(self.name, self.geometry, train, test, checksum(train))


def random_points(count: int = 70) -> Data:
    """Normal points in the plane."""
    return _unlabelled("points", torch.randn(count, 2, generator=torch.Generator().manual_seed(0)), bounded=False)


def random_images(height: int, width: int, count: int = 70) -> Data:
    """Images in which every byte is as likely as any other."""
    stream = torch.Generator().manual_seed(0)
    values = torch.randint(0, 256, (count, 1, height, width), dtype=torch.uint8, generator=stream)
    return _unlabelled("images", values, bounded=True)


def _unlabelled(name: str, values: Tensor, *, bounded: bool) -> Data:
    samples = Samples(values, torch.zeros(len(values), dtype=torch.int64))
    return Data(name, Geometry(tuple(values.shape[1:]), bounded=bounded, classes=0), samples, None, "")


def _halves(count: int, seed: int) -> Samples:
    stream = torch.Generator().manual_seed(seed)
    labels = torch.arange(count) % 2
    noise = torch.randint(0, 56, (count, 1, SIDE, SIDE), generator=stream)
    is_right = torch.arange(SIDE) >= SIDE // 2
    bright = (is_right[None] == labels[:, None].bool())[:, None, None, :].expand(-1, 1, SIDE, -1)
    values = torch.where(bright, 255 - noise, noise).to(torch.uint8)
    return Samples(values, labels)
