"""Three digits as the channels of one image, 1,000 classes. Source: Che et al. 2017, arXiv:1612.02136.

In the sizes of Lin et al. 2018, PacGAN, arXiv:1712.04086: 128,000 triples to train on and 26,000 to compare with.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

import numpy as np
import torch

from gansearch.data._base import Data, DataSet, Samples
from gansearch.data._checksum import checksum
from gansearch.data.mnist import Mnist
from gansearch.data.mnist5k import Mnist5k
from gansearch.dimensions import Choice, Int, static
from gansearch.records import Geometry

FINAL_SAMPLES: Final = 26_000
"""Generated triples that the papers count classes among."""
CHANNELS: Final = 3
DIGITS: Final = 10
SPLIT_OF_MNIST5K: Final = 4_000
"""Digits of mnist5k that training triples are drawn from; the other 1,000 are those of the test triples."""


@dataclass(frozen=True, kw_only=True)
class StackedMnist(DataSet):
    """Images [3, 28, 28] whose channels are digits ``a``, ``b``, ``c``; the class is ``100 a + 10 b + c``.

    Every digit of a triple is drawn anew from all digits of its split, with replacement. A triple takes 2,352 bytes of
    memory: the defaults 362 MB, a million training triples 2.4 GB.
    """

    name: ClassVar[str] = "stacked_mnist"
    geometry: ClassVar[Geometry] = Geometry(shape=(CHANNELS, 28, 28), bounded=True, classes=DIGITS**CHANNELS)

    is_downloaded: ClassVar[bool] = True
    files_of: ClassVar[str | None] = Mnist.name

    train_samples: int = static(
        128_000, Int(16_000, 256_000, log=True), "triples to train on", limits=Int(1, 1_000_000)
    )
    test_samples: int = static(
        26_000, Int(16_000, 64_000, log=True), "triples to compare with", limits=Int(1, 1_000_000)
    )
    seed: int = static(0, Int(0, 2**31 - 1), "decides the triples")
    digits: str = static(
        "mnist",
        Choice(("mnist", "mnist5k")),
        "data set of the digits: mnist has a test split; mnist5k needs no download and is divided 4,000 to 1,000",
    )

    def load(self, data_dir: Path | None) -> Data:
        """Read the digits (those of ``mnist`` from ``data_dir``, as that data set does) and draw the triples.

        Raises:
            DataError: where the digits are missing or damaged, or cannot be downloaded.
        """
        of_training, of_test = self._digits(data_dir)
        train = stacked(of_training, self.train_samples, np.random.PCG64([self.seed, 0]))
        test = stacked(of_test, self.test_samples, np.random.PCG64([self.seed, 1]))
        return Data(self.name, self.geometry, train, test, checksum(train), final_samples=FINAL_SAMPLES)

    def _digits(self, data_dir: Path | None) -> tuple[Samples, Samples]:
        """Those for training triples and those for test triples; the two share none."""
        if self.digits == Mnist.name:
            data = Mnist().load(data_dir)
            assert data.test is not None
            return data.train, data.test
        every = Mnist5k().load(data_dir).train
        return _part(every, slice(None, SPLIT_OF_MNIST5K)), _part(every, slice(SPLIT_OF_MNIST5K, None))


def stacked(digits: Samples, count: int, bits: np.random.PCG64) -> Samples:
    """``count`` triples of single-channel ``digits``: uint8 images [count, 3, H, W], and labels in 0..999.

    Args:
        digits: images [N, 1, H, W] with labels in 0..9.
        count: at least 1.
        bits: decides the triples; the first n are the same at any count.
    """
    # numpy's whole numbers are the same on every processor.
    chosen = torch.from_numpy(np.random.Generator(bits).integers(len(digits), size=(count, CHANNELS)))
    a, b, c = digits.labels[chosen].unbind(1)
    return Samples(digits.values[:, 0][chosen], 100 * a + 10 * b + c)


def _part(samples: Samples, part: slice) -> Samples:
    return Samples(samples.values[part], samples.labels[part])
