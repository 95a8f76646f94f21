from __future__ import annotations

import builtins
import re
import struct
import warnings
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from gansearch.data._picture_folder import picture_folder
from gansearch.data._pictures import Bad, each_picture, listed, read_picture, read_pictures, shown
from gansearch.errors import DataError
from gansearch.testing.byte_mutations import mutated

HEIGHT, WIDTH = 12, 20


@pytest.fixture
def coloured() -> Image.Image:
    """Red grows to the right, green downwards."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    return Image.fromarray(np.stack([columns * 12, rows * 20, rows * 0 + 90], axis=2).astype(np.uint8))


@pytest.fixture
def encoded(coloured: Image.Image) -> Callable[..., bytes]:
    """The picture as a file of a format."""

    def build(suffix: str, image: Image.Image | None = None, **options: Any) -> bytes:
        kept = BytesIO()
        Image.init()
        (image or coloured).save(kept, Image.EXTENSION[suffix], **options)
        return kept.getvalue()

    return build


def pixels(path: Path, channels: int = 3, size: tuple[int, int] | None = None) -> torch.Tensor:
    (picture,) = each_picture([path], size=size, channels=channels)
    assert isinstance(picture, torch.Tensor), picture
    return picture


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif", ".tiff", ".ppm", ".webp", ".jpg", ".jpeg"])
def test_formats_give_the_pixels_that_were_saved(
    suffix: str, tmp_path: Path, coloured: Image.Image, encoded: Callable[..., bytes]
) -> None:
    lossy = {".jpg": {"quality": 100, "subsampling": 0}, ".jpeg": {"quality": 100, "subsampling": 0}}
    path = tmp_path / f"picture{suffix}"
    path.write_bytes(encoded(suffix, **lossy.get(suffix, {"lossless": True} if suffix == ".webp" else {})))
    difference = pixels(path).int() - torch.from_numpy(np.array(coloured)).permute(2, 0, 1).int()
    assert difference.abs().max() <= (3 if suffix in lossy else 0)


def test_the_first_of_several_frames_is_read(tmp_path: Path) -> None:
    frames = [Image.new("L", (8, 8), shade) for shade in (50, 200)]
    for name in ("a.gif", "b.webp", "c.tif", "d.png"):
        options: dict[str, Any] = {"lossless": True} if name == "b.webp" else {}
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:], **options)
        assert set(pixels(tmp_path / name, 1).flatten().tolist()) == {50}


def test_a_wrong_suffix_does_no_harm(tmp_path: Path, encoded: Callable[..., bytes]) -> None:
    path = tmp_path / "in_truth_a_png.jpg"
    path.write_bytes(encoded(".png"))
    assert pixels(path).shape == (3, HEIGHT, WIDTH)


@pytest.mark.parametrize(
    ("mode", "colour", "expected"),
    [
        ("1", 1, (255, 255, 255)),
        ("L", 60, (60, 60, 60)),
        ("LA", (0, 102), (153, 153, 153)),
        ("P", 7, (7, 7, 7)),
        ("RGB", (10, 20, 30), (10, 20, 30)),
        ("RGBA", (10, 20, 30, 255), (10, 20, 30)),
        ("RGBA", (10, 20, 30, 0), (255, 255, 255)),
        ("RGBA", (100, 0, 50, 51), (224, 204, 214)),
        ("CMYK", (0, 255, 255, 0), (255, 0, 0)),
        ("YCbCr", (128, 128, 128), (128, 128, 128)),
        ("I;16", 0, (0, 0, 0)),
        ("I;16", 65535, (255, 255, 255)),
        ("I;16", 257 * 77, (77, 77, 77)),
        ("I", 257 * 77, (77, 77, 77)),
    ],
)
def test_every_mode_is_brought_to_colours(mode: str, colour: Any, expected: tuple[int, ...], tmp_path: Path) -> None:
    path = tmp_path / "picture.tif"
    image = Image.new(mode, (8, 8), colour)
    if mode == "P":
        image.putpalette([shade for shade in range(256) for _ in range(3)])
    image.save(path)
    assert tuple(pixels(path)[:, 3, 3].tolist()) == expected


def test_shades_of_grey_are_the_luma_of_the_colours(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8), (255, 0, 0)).save(tmp_path / "red.png")
    assert set(pixels(tmp_path / "red.png", 1).flatten().tolist()) == {76}  # 0.299 of 255, ITU-R 601-2


def test_a_transparent_colour_of_a_palette_or_of_16_bits_is_white(tmp_path: Path) -> None:
    palette = Image.new("P", (8, 8), 1)
    palette.putpalette([0, 0, 0, 200, 0, 0])
    palette.save(tmp_path / "a.png", transparency=1)
    palette.save(tmp_path / "b.png", transparency=b"\xff\x00")
    palette.save(tmp_path / "c.gif", transparency=1)
    Image.new("I;16", (8, 8), 300).save(tmp_path / "d.png", transparency=300)
    for path in tmp_path.iterdir():
        assert set(pixels(path).flatten().tolist()) == {255}, path


def test_other_depths_of_the_pbm_family_are_scaled(tmp_path: Path) -> None:
    (tmp_path / "deep.pgm").write_bytes(b"P5 2 1 1023\n" + struct.pack(">HH", 1023, 0))
    (tmp_path / "flat.pgm").write_bytes(b"P5 2 1 15\n" + bytes([15, 0]))
    assert pixels(tmp_path / "deep.pgm", 1).flatten().tolist() == [255, 0]
    assert pixels(tmp_path / "flat.pgm", 1).flatten().tolist() == [255, 0]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp"])
def test_pictures_stand_upright(suffix: str, orientation: int, tmp_path: Path, encoded: Callable[..., bytes]) -> None:
    """Corner by corner, against the table of the EXIF standard: where the first row and the first column lie."""
    image = Image.new("L", (24, 16), 0)
    image.paste(255, (0, 0, 8, 8))
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"turned{suffix}"
    path.write_bytes(encoded(suffix, image, exif=exif))
    got = pixels(path, 1)[0]
    assert tuple(got.shape) == ((16, 24) if orientation < 5 else (24, 16))
    top = orientation in (1, 2, 5, 6)
    left = orientation in (1, 4, 5, 8)
    corner = got[2 if top else -3, 2 if left else -3]
    assert corner > 230
    assert (got > 128).float().mean().item() == pytest.approx(1 / 6, abs=0.02)


def test_a_damaged_exif_block_leaves_the_picture_as_it_is_stored(
    tmp_path: Path, coloured: Image.Image, encoded: Callable[..., bytes]
) -> None:
    path = tmp_path / "picture.jpg"
    path.write_bytes(encoded(".jpg", exif=b"Exif\x00\x00II*\x00\xff\xff\xff\x7f"))
    assert pixels(path).shape == (3, HEIGHT, WIDTH)


def test_the_central_square_is_kept(tmp_path: Path) -> None:
    image = Image.new("RGB", (30, 10), (255, 0, 0))
    image.paste((0, 0, 255), (10, 0, 20, 10))
    image.save(tmp_path / "wide.png")
    image.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "high.png")
    for name in ("wide.png", "high.png"):
        assert set(pixels(tmp_path / name, size=(10, 10)).flatten(1)[2].flatten().tolist()) == {255}
        inner = pixels(tmp_path / name, size=(20, 20))[:, 3:-3, 3:-3]
        assert inner[0].max() == 0
        assert inner[2].min() == 255


def test_stripes_finer_than_a_pixel_become_grey(tmp_path: Path) -> None:
    stripes = np.tile(np.array([0, 255], dtype=np.uint8), (64, 32))
    Image.fromarray(stripes).save(tmp_path / "stripes.png")
    small = pixels(tmp_path / "stripes.png", 1, size=(8, 8))
    assert small.shape == (1, 8, 8)
    assert 120 <= small.min() <= small.max() <= 135


def test_a_large_jpeg_is_decoded_smaller_to_much_the_same(tmp_path: Path) -> None:
    waves = np.sin(np.linspace(0, 6, 800))[:, None] * np.cos(np.linspace(0, 9, 1000))[None]
    image = Image.fromarray((waves * 100 + 128).astype(np.uint8))
    image.save(tmp_path / "large.jpg", quality=95)
    image.save(tmp_path / "large.png")
    difference = pixels(tmp_path / "large.jpg", 1, (32, 32)).int() - pixels(tmp_path / "large.png", 1, (32, 32)).int()
    assert difference.abs().max() <= 3


def bomb() -> bytes:
    """The header of a bitmap that claims 20,000 x 20,000 pixels."""
    return b"BM" + struct.pack("<IHHI", 100, 0, 0, 54) + struct.pack("<IiiHHIIiiII", 40, 20000, 20000, 1, 24, *[0] * 6)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("zero.png", lambda _: b"", "the file is empty"),
        ("text.png", lambda _: b"some words", "in none of the formats PNG, JPEG"),
        ("half.png", lambda whole: whole(".png")[:-40], "truncated"),
        ("half.jpg", lambda whole: whole(".jpg")[:-60], "image file is truncated"),
        ("half.gif", lambda whole: whole(".gif")[:-40], "truncated"),
        ("half.bmp", lambda whole: whole(".bmp")[:-40], "truncated"),
        ("half.webp", lambda whole: whole(".webp")[:-40], "."),
        ("half.tif", lambda whole: whole(".tif")[:-40], "."),
        ("half.ppm", lambda whole: whole(".ppm")[:-40], "truncated"),
        ("bomb.bmp", lambda _: bomb(), "more pixels than Pillow allows"),
        ("real.tif", lambda whole: whole(".tif", Image.new("F", (8, 8), 0.5)), "pixels are real numbers"),
        (
            "deep.tif",
            lambda whole: whole(".tif", Image.new("I", (8, 8), 70_000)),
            r"pixels must lie in 0\.\.65535; got 70",
        ),
    ],
)
def test_a_bad_picture_is_given_back_with_the_reason(
    name: str, content: Callable[[Any], bytes], reason: str, tmp_path: Path, encoded: Callable[..., bytes]
) -> None:
    path = tmp_path / name
    path.write_bytes(content(encoded))
    (bad,) = each_picture([path], size=(8, 8), channels=3)
    assert isinstance(bad, Bad)
    assert bad.path == path
    assert bad.is_damaged
    assert re.search(reason, bad.reason), bad.reason


def test_a_picture_that_pillow_only_warns_of_is_bad_without_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoded: Callable[..., bytes]
) -> None:
    (tmp_path / "large.png").write_bytes(encoded(".png"))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 200)  # of 240, so that opening it is a warning, no error
    (found,) = each_picture([tmp_path / "large.png"], size=None, channels=3)
    assert isinstance(found, Bad)
    assert found.reason == "20 x 12 pixels, of which at most 200 are read"


def test_a_picture_that_the_system_withholds_is_not_damaged(tmp_path: Path) -> None:
    bad = read_picture(tmp_path / "gone.png", size=None, channels=3)
    assert bad == Bad(tmp_path / "gone.png", "No such file or directory", is_damaged=False)


def test_mutated_files_are_pictures_or_bad_ones(tmp_path: Path, encoded: Callable[..., bytes]) -> None:
    chance = Random(0)
    path = tmp_path / "mutated"
    outcomes = set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for suffix in (".png", ".jpg", ".gif", ".bmp", ".webp", ".tif", ".ppm"):
            whole = encoded(suffix)
            for _ in range(25):
                path.write_bytes(mutated(whole, encoded(".png"), chance))
                found = read_picture(path, size=(8, 8), channels=3)
                outcomes.add(type(found))
                assert isinstance(found, Bad) or found.shape == (3, 8, 8)
    assert outcomes == {Bad, torch.Tensor}


def test_good_and_bad_pictures_come_in_order(tmp_path: Path) -> None:
    paths = [tmp_path / f"{index}.png" for index in range(6)]
    for index, path in enumerate(paths):
        Image.new("L", (8, 8), index).save(path)
    paths[3].write_bytes(b"")
    values, bad = read_pictures(paths, size=(4, 6), channels=3)
    assert values.shape == (5, 3, 4, 6)
    assert values[:, 0, 0, 0].tolist() == [0, 1, 2, 4, 5]
    assert [each.path.name for each in bad] == ["3.png"]


def test_without_a_size_all_must_be_alike(tmp_path: Path) -> None:
    Image.new("L", (8, 9)).save(tmp_path / "a.png")
    Image.new("L", (8, 9)).save(tmp_path / "b.png")
    Image.new("L", (8, 7)).save(tmp_path / "c.png")
    values, bad = read_pictures([tmp_path / "a.png", tmp_path / "b.png"], size=None, channels=1)
    assert (values.shape, bad) == ((2, 1, 9, 8), [])
    with pytest.raises(DataError, match=r"alike in size; got 9 x 8 \(.*a\.png\) and 7 x 8 \(.*c\.png\)"):
        read_pictures(sorted(tmp_path.iterdir()), size=None, channels=1)


def test_no_good_picture_gives_an_empty_tensor(tmp_path: Path) -> None:
    assert read_pictures([], size=(4, 6), channels=3)[0].shape == (0, 3, 4, 6)
    values, bad = read_pictures([tmp_path / "gone.png"], size=None, channels=1)
    assert (values.shape, len(bad)) == ((0, 1, 0, 0), 1)


def test_without_pillow_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = builtins.__import__

    def without(name: str, *args: Any) -> Any:
        if name == "PIL":
            raise ImportError("No module named 'PIL'")
        return original(name, *args)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(DataError, match=r"read with the package pillow; got: No module named 'PIL'\. Install pillow"):
        read_pictures([tmp_path / "a.png"], size=None, channels=1)


def test_ten_bad_pictures_are_named_and_the_others_counted() -> None:
    bad = [(f"{index}.png", "the file is empty") for index in range(1234)]
    assert listed(bad[:2]) == "  0.png: the file is empty\n  1.png: the file is empty"
    assert listed(bad[:10]).count("\n") == 9
    assert listed(bad).endswith("  9.png: the file is empty\n  and 1,224 more")


def test_names_of_any_bytes_can_be_shown() -> None:
    assert shown(Path("caf\udce9.png")) == "caf\\udce9.png"


def test_a_folder_is_listed_with_all_below_it(tmp_path: Path) -> None:
    for name in ("b.PNG", "a/z.jpeg", "a/.hidden.png", "c/d/e.tiff", "notes.txt", ".git/f.png", "a/no_suffix"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"12345")
    (tmp_path / "link").symlink_to(tmp_path / "c", target_is_directory=True)
    (tmp_path / "nowhere.png").symlink_to(tmp_path / "gone.png")
    found = picture_folder(tmp_path)
    assert [file.name for file in found.files] == [
        *("a/z.jpeg", "b.PNG", "c/d/e.tiff", "link/d/e.tiff", "nowhere.png"),
    ]
    assert [file.size for file in found.files] == [5, 5, 5, 5, 0]
    assert found.folders == ("a", "c", "link")
    assert found.passed_over == 3
    assert picture_folder(tmp_path).identity() == found.identity()
    (tmp_path / "b.PNG").write_bytes(b"67890!")
    assert picture_folder(tmp_path).identity() != found.identity()


def test_links_that_go_round_are_refused(tmp_path: Path) -> None:
    (tmp_path / "round").symlink_to(tmp_path, target_is_directory=True)
    with pytest.raises(DataError, match=r"a link may go round in a circle|Too many levels of symbolic links"):
        picture_folder(tmp_path)


def test_a_missing_folder_and_a_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DataError, match=r"file must be the folder that holds the pictures; got a file"):
        picture_folder(tmp_path / "file")
    with pytest.raises(DataError, match=r"gone must be the folder that holds the pictures; got no such folder"):
        picture_folder(tmp_path / "gone")
