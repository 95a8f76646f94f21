"""Files of samples, whole and broken."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from gansearch.reporting.material import TrialMaterial
from gansearch.reporting.stored_samples import last_samples, parse_samples
from gansearch.storage import Storage
from tests.reporting.conftest import npz

IMAGES = np.zeros((30, 1, 8, 8), dtype=np.uint8)


def test_images_and_their_picture() -> None:
    found = parse_samples(npz(fake=IMAGES, real=IMAGES[:10], paths=IMAGES))
    assert found.is_images
    assert found.paths is not None
    assert found.seen is None
    assert found.picture().shape == parse_samples(npz(fake=IMAGES, real=IMAGES[:10])).picture().shape


def test_points() -> None:
    points = np.zeros((5, 2), dtype=np.float32)
    found = parse_samples(npz(fake=points, real=points))
    assert not found.is_images
    assert found.picture().shape == (320, 320, 3)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not samples",
        npz(fake=IMAGES),
        npz(fake=IMAGES[0], real=IMAGES[0]),
        npz(fake=IMAGES, real=IMAGES[:, :, :4]),
    ],
)
def test_something_else_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"samples|pickled"):
        parse_samples(content)


def test_missing_and_damaged_ones_are_none(make_trial: Callable[..., TrialMaterial], storage: Storage) -> None:
    trial = make_trial(0)
    assert last_samples(trial, storage) is None
    storage.write(trial.curve.samples[-1].path, b"not samples")
    assert last_samples(trial, storage) is None
    storage.write(trial.curve.samples[-1].path, npz(fake=IMAGES, real=IMAGES[:10]))
    assert last_samples(trial, storage) is not None
    assert last_samples(make_trial(1, epochs=0), storage) is None
