from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch_fidelity import metric_fid

from gansearch.data.mnist import Mnist
from gansearch.errors import DataError
from gansearch.metrics.pixel_frechet_distance import PixelFrechetDistance
from gansearch.metrics.pixels import PixelsExtractor
from gansearch.testing.measured import normal


def images(seed: int, count: int, shift: float = 0.0) -> Tensor:
    """Correlated noise in [-1, 1]."""
    mixing = normal(100, 25, 25)
    return (normal(seed, count, 25) @ mixing / 5 + shift).tanh().view(count, 1, 5, 5)


def distance(real: Tensor, fake: Tensor) -> float:
    extract = PixelsExtractor()
    return PixelFrechetDistance().value(real=extract(real), fake=extract(fake))


def test_agrees_with_torch_fidelity() -> None:
    real, fake = images(0, 300), images(1, 250, 0.3)
    statistics = [metric_fid.fid_features_to_statistics(side.flatten(1) / 2 + 0.5) for side in (real, fake)]
    theirs = metric_fid.fid_statistics_to_metric(*statistics, verbose=False)["frechet_inception_distance"]
    assert distance(real, fake) == pytest.approx(theirs, rel=1e-5)


def test_a_shift_costs_its_square() -> None:
    """A quarter more in [-1, 1] is an eighth more in [0, 1], in each of 25 pixels."""
    real = images(2, 200) / 2
    assert distance(real, real + 0.25) == pytest.approx(25 * 0.125**2, rel=1e-5)


def test_identical_sets_are_at_zero() -> None:
    real = images(3, 200)
    assert distance(real, real.clone()) == pytest.approx(0, abs=1e-9)


def test_too_few_samples_are_refused() -> None:
    with pytest.raises(DataError, match="pixel_frechet_distance needs at least 2 samples; got 1 generated ones"):
        distance(images(4, 10), images(5, 1))


@pytest.mark.verify
def test_raw_pixels_of_mnist() -> None:
    """A check that anyone can repeat: pixels in [0, 1], all 60,000 training against all 10,000 test images."""
    folder = os.environ.get("GANSEARCH_DATA")
    if folder is None:
        pytest.skip("GANSEARCH_DATA names no folder with mnist/")
    data = Mnist().load(Path(folder))
    assert data.test is not None
    train, test = (split.values.float() / 127.5 - 1 for split in (data.train, data.test))
    assert distance(train, torch.clone(test)) == pytest.approx(0.3322, abs=1e-4)
