from __future__ import annotations

from pathlib import Path

import pytest
import torch

from gansearch.data import Data, Mnist5k, Ring
from gansearch.errors import DataError
from gansearch.metrics import views as module
from gansearch.metrics.inception import InceptionExtractor
from gansearch.metrics.pixels import PixelsExtractor
from gansearch.metrics.points import PointsExtractor
from gansearch.metrics.reference import shipped_extractor
from gansearch.metrics.second_classifier import shipped_second_classifier
from gansearch.metrics.views import views
from gansearch.testing.data import random_images, random_points


def test_digits_have_two_classifiers(tmp_path: Path) -> None:
    found = views(Mnist5k().load(None), tmp_path)
    assert set(found) == {"reference", "second", "pixels"}
    assert (found["reference"], found["second"]) == (shipped_extractor(), shipped_second_classifier())
    assert isinstance(found["pixels"], PixelsExtractor)


def test_known_modes_are_exact_in_both(tmp_path: Path) -> None:
    found = views(Ring().load(None), tmp_path)
    assert isinstance(found["reference"], PointsExtractor)
    assert found["reference"].hash == found["second"].hash


@pytest.mark.parametrize("data", [random_points(), random_images(8, 8)], ids=["points", "images"])
def test_without_classes_there_is_no_second(data: Data, tmp_path: Path) -> None:
    assert set(views(data, tmp_path)) == {"reference", "pixels"}


def test_weights_of_the_user_open_a_view(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = InceptionExtractor(torch.nn.Identity(), "abc")
    monkeypatch.setattr(module, "inception_extractor", {tmp_path / "weights.pth": given}.__getitem__)
    found = views(random_images(8, 8), tmp_path, inception_weights=tmp_path / "weights.pth")
    assert found["inception"] is given


def test_weights_of_no_use_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"measure images of 1 or 3 channels; samples of points have shape \(2,\)"):
        views(random_points(), tmp_path, inception_weights=tmp_path / "weights.pth")
