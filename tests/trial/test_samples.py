from __future__ import annotations

import io

import numpy as np
import torch

from gansearch.data import Data, Samples, datasets
from gansearch.data.ring import Ring
from gansearch.records import Geometry
from gansearch.trial.samples import Drawn, to_npz


def unpacked(content: bytes) -> tuple[np.ndarray, np.ndarray]:
    with np.load(io.BytesIO(content)) as arrays:
        return arrays["fake"], arrays["real"]


def test_images_are_stored_as_bytes_beside_one_real_digit_of_each_class() -> None:
    data = datasets.get("mnist5k")().load(None)
    fake = torch.linspace(-1, 1, 100).reshape(100, 1, 1, 1).expand(100, 1, 28, 28)
    stored, real = unpacked(to_npz(data, Drawn(fake)))
    assert stored.shape == (60, 1, 28, 28)
    assert stored[0].max() == 0
    np.testing.assert_allclose(stored[59, 0, 0, 0], 255 * 59 / 99, atol=0.5)
    labels = [
        int(data.train.labels[(data.train.values == torch.from_numpy(digit)).flatten(1).all(1)][0]) for digit in real
    ]
    assert labels == list(range(10))


def test_non_finite_and_unbounded_samples_still_make_a_picture() -> None:
    data = datasets.get("mnist5k")().load(None)
    fake = torch.full((60, 1, 28, 28), float("nan"))
    fake[1] = 7.0
    stored, _ = unpacked(to_npz(data, Drawn(fake)))
    assert stored[0, 0, 0, 0] == 128
    assert stored[1, 0, 0, 0] == 255


def test_points_are_stored_as_they_are() -> None:
    data = Ring(train_samples=2000).load(None)
    stored, real = unpacked(to_npz(data, Drawn(torch.ones(1500, 2))))
    assert (stored.shape, real.shape) == ((1000, 2), (1000, 2))
    assert stored.dtype == np.float32
    np.testing.assert_array_equal(real, data.train.values[:1000].numpy())


def test_real_images_come_back_as_they_were() -> None:
    every = torch.arange(256, dtype=torch.uint8).reshape(1, 1, 16, 16)
    data = Data("bytes", Geometry((1, 16, 16), True, 0), Samples(every, torch.zeros(1, dtype=torch.int64)), None, "")
    pixels = data.train.batch(torch.tensor([0]))
    assert (pixels.min().item(), pixels.max().item()) == (-1.0, 1.0)
    stored, real = unpacked(to_npz(data, Drawn(pixels)))
    np.testing.assert_array_equal(stored, every.numpy())  # a round trip within 1 / 255
    np.testing.assert_array_equal(real, every.numpy())
