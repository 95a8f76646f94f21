"""A search on a user's own folder of pictures, some of which are broken."""

from __future__ import annotations

import struct
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import gansearch
from gansearch.errors import DataError
from gansearch.executors.launch import LaunchOptions, launch
from gansearch.space import load_space
from gansearch.storage.home import studies_dir

COUNT = 2_000
KINDS = (
    *(("RGB", "jpg"), ("RGB", "png"), ("L", "jpg"), ("RGBA", "png"), ("P", "gif"), ("CMYK", "jpg"), ("1", "png")),
    *(("LA", "png"), ("I;16", "tif"), ("RGB", "webp"), ("RGB", "bmp"), ("L", "pgm"), ("RGBA", "webp"), ("RGB", "ppm")),
)
SPACE = """
name: folder
dataset: {{name: image_folder, path: {path}, size: 16}}
generator: {{architecture: mlp, layers: 2, width: 32, latent_size: 8}}
discriminator: {{architecture: mlp, layers: 2, width: 32}}
optimizer: {{generator: {{name: adam, lr: {{float: [1e-4, 1e-2], log: true}}}}}}
training: {{batch_size: 64, epochs: 1, evaluate_every: 1}}
resources: {{cpu: 1}}
plan: {{trials: 2, sampler: random, enqueue: [defaults]}}
"""


def saved(pixels: np.ndarray, mode: str, suffix: str) -> bytes:
    """Pixels [H, W, 3] as a file."""
    image = Image.fromarray(pixels)
    deep = Image.fromarray(pixels[..., 0].astype(np.uint16) * 257)
    kept = BytesIO()
    (deep if mode == "I;16" else image.convert(mode)).save(kept, Image.EXTENSION[f".{suffix}"])
    return kept.getvalue()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """2,000 pictures of mixed sizes and modes, in ten folders, and five broken ones."""
    Image.init()
    path = tmp_path_factory.mktemp("pictures")
    chance = np.random.default_rng(0)
    for index in range(COUNT):
        height, width = chance.integers(12, 90, size=2)
        ramp = np.linspace(0, 255, width)[None, :, None] * chance.random(3) + chance.normal(0, 9, (height, width, 3))
        mode, suffix = KINDS[index % len(KINDS)]
        place = path / f"{index % 10}" / f"{index:04}.{suffix}"
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(saved(ramp.clip(0, 255).astype(np.uint8), mode, suffix))
    noise = chance.integers(0, 256, (40, 40, 3)).astype(np.uint8)
    whole: Callable[[str], bytes] = lambda suffix: saved(noise, "RGB", suffix)  # noqa: E731
    size = struct.pack("<IiiHHIIiiII", 40, 30_000, 30_000, 1, 24, 0, 0, 0, 0, 0, 0)
    broken = {
        "0/truncated.jpg": whole("jpg")[:-500],
        "1/zero.png": b"",
        "2/words.png": b"no picture at all\n",
        "3/half.png": whole("png")[:2000],
        "4/bomb.bmp": b"BM" + struct.pack("<IHHI", 100, 0, 0, 54) + size,
    }
    for name, content in broken.items():
        (path / name).write_bytes(content)
    return path


@pytest.mark.verify
def test_a_folder_with_broken_pictures_trains_without_them(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "folder.yaml"
    path.write_text(SPACE.format(path=folder), encoding="utf-8")
    local = LaunchOptions(executor="local")
    expected = (
        r"got 5 of 2,005 that are not\. .* skip_bad: true \(--skip-bad\)\n"
        r"  0/truncated\.jpg: image file is truncated .*\n  1/zero\.png: the file is empty\n  2/words\.png: in none of "
        r"the formats .*\n  3/half\.png: .*truncated.*\n  4/bomb\.bmp: more pixels than Pillow allows$"
    )
    with pytest.raises(DataError, match=expected):
        launch(load_space(str(path), {}), local)
    assert not studies_dir().exists()

    result = launch(load_space(str(path), {"dataset.skip_bad": True}), local)
    assert result.outcome == "finished"
    assert list(gansearch.load_study("folder").trials.end) == ["completed", "completed"]
