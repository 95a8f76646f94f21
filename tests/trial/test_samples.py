from __future__ import annotations

import io

import numpy as np
import torch

from gansearch.data import datasets
from gansearch.data.ring import Ring
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
