"""What is kept of real samples: read back to the bit, measured anew where it is damaged or cannot be kept."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from gansearch.data import Data
from gansearch.metrics import Measured
from gansearch.metrics._remembered import kept
from gansearch.metrics.real_side import RealSide

CPU = torch.device("cpu")


class Counting:
    """Features of images, and how often it was asked."""

    name = "counting"
    hash = "0a1b2c3d4e5f"

    def __init__(self) -> None:
        self.calls = 0
        self._lock = threading.Lock()

    def __call__(self, samples: Tensor) -> Measured:
        with self._lock:
            self.calls += 1
        features = samples.flatten(1).exp()
        return Measured(samples, features, features[:, :3].softmax(1))


def whole(data: Data, extractor: Counting, cache_dir: Path | None) -> Measured:
    """Of a process that has just started."""
    return RealSide(data, {"reference": extractor}, device=CPU, cache_dir=cache_dir).measured("reference", "whole", 0)


def files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.safetensors"))


def test_a_second_process_reads_the_same_bits(tiny_data: Data, tmp_path: Path) -> None:
    extractor = Counting()
    first = whole(tiny_data, extractor, tmp_path)
    calls = extractor.calls
    second = whole(tiny_data, extractor, tmp_path)
    assert extractor.calls == calls > 0
    assert torch.equal(first.features, second.features)
    assert first.probabilities is not None
    assert second.probabilities is not None
    assert torch.equal(first.probabilities, second.probabilities)
    assert second.high_quality is None
    assert torch.equal(first.features, whole(tiny_data, Counting(), None).features)


def test_other_samples_extractors_and_numbers_of_threads_have_files_of_their_own(
    tiny_data: Data, tmp_path: Path
) -> None:
    tiny_data = replace(tiny_data, test=None)
    whole(tiny_data, Counting(), tmp_path)
    whole(replace(tiny_data, checksum="f" * 12), Counting(), tmp_path)
    other = Counting()
    other.hash = "f5e4d3c2b1a0"
    whole(tiny_data, other, tmp_path)
    torch.set_num_threads(2)
    try:
        whole(tiny_data, Counting(), tmp_path)
    finally:
        torch.set_num_threads(1)
    side = RealSide(tiny_data, {"reference": Counting()}, device=CPU, cache_dir=tmp_path)
    side.measured("reference", "training", 0)  # in another order
    assert len(files(tmp_path)) == 5


def test_a_test_split_goes_by_its_own_content(tiny_data: Data, tmp_path: Path) -> None:
    with_test = replace(tiny_data, test=tiny_data.train, train=replace(tiny_data.train))
    whole(with_test, Counting(), tmp_path)
    changed = replace(tiny_data.train, values=255 - tiny_data.train.values)
    other = Counting()
    whole(replace(with_test, test=changed), other, tmp_path)
    assert other.calls > 0
    assert len(files(tmp_path)) == 2


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "words"])
def test_a_damaged_file_is_measured_anew_and_mended(tiny_data: Data, tmp_path: Path, damage: str) -> None:
    features = whole(tiny_data, Counting(), tmp_path).features
    (path,) = files(tmp_path)
    content = path.read_bytes()
    flipped = bytearray(content)
    flipped[-1] ^= 1
    path.write_bytes({"cut": content[:-7], "flipped": bytes(flipped), "empty": b"", "words": b"{}" * 40}[damage])
    extractor = Counting()
    assert torch.equal(whole(tiny_data, extractor, tmp_path).features, features)
    assert extractor.calls > 0
    assert path.read_bytes() == content


def test_what_cannot_be_kept_is_measured_every_time(tiny_data: Data, tmp_path: Path) -> None:
    no_folder = tmp_path / "file"
    no_folder.write_text("taken", encoding="utf-8")
    extractor = Counting()
    first = whole(tiny_data, extractor, no_folder)
    calls = extractor.calls
    assert torch.equal(whole(tiny_data, extractor, no_folder).features, first.features)
    assert extractor.calls == 2 * calls


def test_of_two_that_ask_at_once_one_measures(tiny_data: Data, tmp_path: Path) -> None:
    alone = Counting()
    whole(tiny_data, alone, None)
    together = Counting()
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: whole(tiny_data, together, tmp_path), range(4)))
    assert together.calls == alone.calls
    assert all(torch.equal(each.features, found[0].features) for each in found)


def test_what_follows_from_them_is_kept_beside_them(tiny_data: Data, tmp_path: Path) -> None:
    calls: list[int] = []

    @kept
    def _sums(measured: Measured) -> Tensor:
        calls.append(len(measured.features))
        return measured.features.sum(1)

    sums = [_sums(whole(tiny_data, Counting(), tmp_path)) for _ in range(2)]
    assert torch.equal(sums[0], sums[1])
    assert len(calls) == 1
    assert [path.stem.partition("-")[2] for path in files(tmp_path)] == ["measured", "sums"]
    _sums(whole(tiny_data, Counting(), None))
    assert len(calls) == 2


def test_pixels_are_measured_faster_than_read(tiny_data: Data, tmp_path: Path) -> None:
    RealSide(tiny_data, {"pixels": Counting()}, device=CPU, cache_dir=tmp_path).measured("pixels", "whole", 0)
    assert files(tmp_path) == []
