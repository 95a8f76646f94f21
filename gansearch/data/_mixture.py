"""Mixtures of equal Gaussians with known centres, drawn from a fixed seed."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from gansearch.data._base import Data, Samples
from gansearch.data._checksum import checksum
from gansearch.records import Geometry


def mixture(
    name: str, centres: Float[Tensor, "M D"], std: float, *, train_samples: int, test_samples: int, seed: int
) -> Data:
    """A data set of samples from an equal mixture of Gaussians around ``centres`` [M, D].

    Args:
        name: the data set's name.
        centres: one mode a row.
        std: standard deviation of each mode in each direction.
        train_samples: at least 1.
        test_samples: at least 1.
        seed: decides every sample; the two splits never share one, and neither depends on the other's size.
    """
    train = _draw(centres, std, train_samples, np.random.PCG64([seed, 0]))
    test = _draw(centres, std, test_samples, np.random.PCG64([seed, 1]))
    geometry = Geometry(shape=(centres.shape[1],), bounded=False, classes=centres.shape[0])
    return Data(name, geometry, train, test, checksum(train), modes=centres, mode_std=std)


def _draw(centres: Tensor, std: float, count: int, bits: np.random.PCG64) -> Samples:
    # numpy's normal numbers are the same on every processor; torch's differ in the last bits with its vector width.
    random = np.random.Generator(bits)
    labels = torch.from_numpy(random.integers(len(centres), size=count))
    noise = torch.from_numpy(random.standard_normal((count, centres.shape[1])))
    return Samples((centres.double()[labels] + std * noise).float(), labels)
