from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from gansearch.data.sample_files import read_samples
from gansearch.errors import DataError
from gansearch.records import Geometry

COLOUR = Geometry((3, 8, 6), bounded=True, classes=0)
POINTS = Geometry((2,), bounded=False, classes=8)


def noise(count: int = 5) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, 3, 8, 6), dtype=np.uint8)


def write_pictures(folder: Path, images: np.ndarray) -> None:
    folder.mkdir()
    for index, image in enumerate(images):
        Image.fromarray(image.transpose(1, 2, 0)).save(folder / f"{index}.png")


def test_bytes_real_numbers_and_pictures_are_the_same_samples(tmp_path: Path) -> None:
    images = noise()
    np.save(tmp_path / "bytes.npy", images)
    torch.save(torch.from_numpy(images) / 127.5 - 1, tmp_path / "unit.pt")
    write_pictures(tmp_path / "pictures", images)
    found = [read_samples(tmp_path / name, COLOUR) for name in ("bytes.npy", "unit.pt", "pictures")]
    expected = torch.from_numpy(images) / 127.5 - 1
    for samples in found:
        assert samples.dtype == torch.float32
        torch.testing.assert_close(samples, expected, rtol=0, atol=1e-6)


def test_points_are_kept_as_they_are(tmp_path: Path) -> None:
    points = np.array([[5.0, -7.0], [0.25, 0.5]])
    np.save(tmp_path / "x.npy", points)
    assert read_samples(tmp_path / "x.npy", POINTS).tolist() == points.tolist()


def test_pictures_become_grey_where_the_data_are(tmp_path: Path) -> None:
    write_pictures(tmp_path / "pictures", noise())
    assert read_samples(tmp_path / "pictures", Geometry((1, 8, 6), bounded=True, classes=0)).shape == (5, 1, 8, 6)


def test_nothing_at_the_path_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none must be a file that ends in .*, or a folder of pictures; got neither"):
        read_samples(tmp_path / "none", COLOUR)


def test_another_shape_is_told(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", noise().transpose(0, 2, 3, 1))
    with pytest.raises(DataError, match=r"x\.npy must hold an array \[N, 3, 8, 6\] .* channels come last"):
        read_samples(tmp_path / "x.npy", COLOUR)


def test_another_range_is_told(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", noise() / 255)
    with pytest.raises(DataError, match=r"x\.npy must hold images .* Multiply by 2 and subtract 1"):
        read_samples(tmp_path / "x.npy", COLOUR)


def test_pictures_of_another_size_are_refused_not_resized(tmp_path: Path) -> None:
    write_pictures(tmp_path / "pictures", noise())
    with pytest.raises(DataError, match=r"must hold pictures of 8 x 8 pixels, as the data set; got 6 x 8\. Resize"):
        read_samples(tmp_path / "pictures", Geometry((3, 8, 8), bounded=True, classes=0))


def test_bad_pictures_are_counted_and_named(tmp_path: Path) -> None:
    write_pictures(tmp_path / "pictures", noise())
    (tmp_path / "pictures" / "bad.png").write_bytes(b"junk")
    with pytest.raises(DataError, match=r"(?s)got 1 of 6 that cannot:\n.*bad\.png: .*Take them away or replace them"):
        read_samples(tmp_path / "pictures", COLOUR)


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing", encoding="utf-8")
    with pytest.raises(DataError, match="must hold at least one picture; got 1 other files"):
        read_samples(tmp_path, COLOUR)


def test_pictures_are_no_points(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"samples of shape \[2\] are no pictures of 1 or 3 channels; got a folder"):
        read_samples(tmp_path, POINTS)
