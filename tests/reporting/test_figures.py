"""Figures exist, have their size, and show something."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from gansearch.records import End
from gansearch.reporting.figures import DPI, ENDS, WIDTH, distance_curves, grids, loss_curves
from gansearch.reporting.material import StudyMaterial, TrialMaterial


def pixels(content: bytes | None) -> np.ndarray:
    assert content is not None
    assert content.startswith(b"\x89PNG")
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image.convert("RGB"))


def colours(picture: np.ndarray, colour: str) -> int:
    """Pixels of one colour."""
    wanted = tuple(int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return int((picture == wanted).all(axis=2).sum())


def test_a_line_per_run_coloured_by_its_end(mixed_study: StudyMaterial) -> None:
    picture = pixels(distance_curves(mixed_study.trials, "frechet_distance", "unitless", mixed_study.best))
    assert picture.shape == (int(4.2 * DPI), int(WIDTH * DPI), 3)
    for end in ("completed", "pruned", "collapsed"):
        assert colours(picture, ENDS[end][0]) > 20
    assert colours(picture, ENDS["diverged"][0]) == 0


def test_the_same_study_gives_the_same_picture(mixed_study: StudyMaterial) -> None:
    first = distance_curves(mixed_study.trials, "frechet_distance", "unitless", None)
    assert first == distance_curves(mixed_study.trials, "frechet_distance", "unitless", None)


@pytest.mark.parametrize("metric", ["frechet_distance", "never_measured"])
def test_nothing_measured_no_figure(make_trial: Callable[..., TrialMaterial], metric: str) -> None:
    assert distance_curves([], metric, "unitless", None) is None
    assert distance_curves([make_trial(0, End.FAILED, epochs=0)], metric, "unitless", None) is None


def test_values_that_are_not_finite_are_left_out(make_trial: Callable[..., TrialMaterial]) -> None:
    trial = make_trial(0, End.DIVERGED, value=float("nan"))
    assert distance_curves([trial], "frechet_distance", "unitless", None) is None


def test_losses_in_a_panel_per_run(make_trial: Callable[..., TrialMaterial]) -> None:
    shown = [("best", make_trial(0)), ("mode collapse", make_trial(1, End.COLLAPSED, epochs=8))]
    picture = pixels(loss_curves(shown))
    assert picture.shape[1] == int(WIDTH * DPI)
    assert loss_curves([("failed", make_trial(2, End.FAILED, epochs=0))]) is None


@pytest.mark.parametrize("count", [1, 2, 4])
def test_grids_side_by_side(count: int) -> None:
    grid = np.random.default_rng(0).integers(0, 256, (70, 102), dtype=np.uint8)
    picture = pixels(grids([(f"run {index}", grid) for index in range(count)]))
    assert picture.shape[1] <= WIDTH * DPI + 1
    assert picture.std() > 20
    assert grids([]) is None
