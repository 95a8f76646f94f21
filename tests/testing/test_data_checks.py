"""The contract suite for data sets finds what it is there to find."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import pytest
import torch

from gansearch.data import Data, DataSet, Samples
from gansearch.records import Geometry
from gansearch.testing.contracts import check_data, check_data_set
from gansearch.testing.data import TinyImages


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"values": torch.zeros(64, 8, 8, dtype=torch.uint8)}, r"a sample must be \(1, 8, 8\); got \(8, 8\)"),
        ({"values": torch.zeros(64, 1, 8, 8)}, "values must be torch.uint8; got torch.float32"),
        ({"values": torch.zeros(0, 1, 8, 8, dtype=torch.uint8)}, "must hold at least one sample"),
        ({"values": torch.zeros(64, 1, 8, 8, dtype=torch.uint8)}, r"must lie in \[-1, 1\]; got \[-1.0, -1.0\]"),
        ({"labels": torch.arange(64, dtype=torch.int32)}, "labels must be int64; got torch.int32"),
        ({"labels": torch.arange(63) % 2}, "there must be one label a sample"),
        ({"labels": torch.zeros(64, dtype=torch.int64)}, r"every class must occur; got \[0\]"),
    ],
)
def test_each_broken_rule_of_a_split_is_named(tiny_data: Data, changes: dict[str, torch.Tensor], message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_data(replace(tiny_data, train=replace(tiny_data.train, **changes)))


def test_a_checksum_has_twelve_digits(tiny_data: Data) -> None:
    with pytest.raises(AssertionError, match="a checksum must be 12 hex digits; got 'abc'"):
        check_data(replace(tiny_data, checksum="abc"))


def test_modes_come_with_their_deviation(tiny_data: Data) -> None:
    with pytest.raises(AssertionError, match="modes and mode_std must come together"):
        check_data(replace(tiny_data, mode_std=0.1))


@dataclass(frozen=True, kw_only=True)
class Changing(DataSet):
    """Other images at each load."""

    name: ClassVar[str] = "tiny_images"
    geometry: ClassVar[Geometry] = TinyImages.geometry
    loads: ClassVar[list[int]] = []

    def load(self, data_dir: Path | None) -> Data:
        self.loads.append(0)
        return TinyImages(seed=len(self.loads)).load(data_dir)


def test_data_must_not_change_between_loads() -> None:
    with pytest.raises(AssertionError, match="tiny_images must load the same each time"):
        check_data_set(Changing())


def test_points_are_real_numbers() -> None:
    geometry = Geometry(shape=(2,), bounded=False, classes=0)
    points = Samples(torch.zeros(4, 2, dtype=torch.float64), torch.zeros(4, dtype=torch.int64))
    data = Data("points", geometry, points, None, "0" * 12)
    with pytest.raises(AssertionError, match=r"values must be torch\.float32; got torch\.float64"):
        check_data(data)
