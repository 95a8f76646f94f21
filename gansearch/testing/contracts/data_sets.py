"""What every data set must do."""

from __future__ import annotations

import re
from pathlib import Path

import torch

from gansearch.data import Data, DataSet, Samples, scaled
from gansearch.testing.contracts.declarations import check_declaration

CHECKSUM = re.compile(r"[0-9a-f]{12}")


def check_data_set(data_set: DataSet, data_dir: Path | None = None) -> None:
    """It declares itself, loads what it declares, and loads the same a second time."""
    check_declaration(type(data_set))
    data = data_set.load(data_dir)
    assert data.name == data_set.name, f"the data of {data_set.name} must bear its name; got {data.name!r}"
    assert data.geometry == data_set.geometry, f"{data.name} must have the geometry that it declares"
    check_data(data)
    again = data_set.load(data_dir)
    assert again.checksum == data.checksum, f"{data.name} must load the same each time; got another checksum"
    assert torch.equal(again.train.values, data.train.values), f"{data.name} must load the same each time"


def check_data(data: Data) -> None:
    """Its splits have the declared form, and its checksum has the right one."""
    assert CHECKSUM.fullmatch(data.checksum), f"{data.name}: a checksum must be 12 hex digits; got {data.checksum!r}"
    check_samples(data, "train", data.train)
    if data.test is not None:
        check_samples(data, "test", data.test)
    assert (data.modes is None) == (data.mode_std is None), f"{data.name}: modes and mode_std must come together"
    if data.modes is not None:
        expected = (data.geometry.classes, *data.geometry.shape)
        assert data.modes.shape == expected, f"{data.name}: modes must be {expected}; got {tuple(data.modes.shape)}"


def check_samples(data: Data, split: str, samples: Samples) -> None:
    """Shapes, types and ranges of one split."""
    where = f"{data.name}, {split}"
    assert len(samples) > 0, f"{where} must hold at least one sample"
    shape = tuple(samples.values.shape[1:])
    assert shape == data.geometry.shape, f"{where}: a sample must be {data.geometry.shape}; got {shape}"
    expected = torch.uint8 if len(shape) == 3 else torch.float32
    assert samples.values.dtype == expected, f"{where}: values must be {expected}; got {samples.values.dtype}"
    assert samples.labels.dtype == torch.int64, f"{where}: labels must be int64; got {samples.labels.dtype}"
    assert samples.labels.shape == (len(samples),), f"{where}: there must be one label a sample"
    _check_labels(data, where, samples)
    _check_range(data, where, samples)


def _check_labels(data: Data, where: str, samples: Samples) -> None:
    if data.geometry.classes:
        found = sorted(set(samples.labels.tolist()))
        assert found == list(range(data.geometry.classes)), f"{where}: every class must occur; got {found}"


def _check_range(data: Data, where: str, samples: Samples) -> None:
    values = scaled(samples.values)
    assert bool(values.isfinite().all()), f"{where}: values must be finite"
    if data.geometry.bounded:
        low, high = values.min().item(), values.max().item()
        assert -1 <= low < high <= 1, f"{where}: bounded samples must lie in [-1, 1]; got [{low}, {high}]"
        back = ((values + 1) * 127.5).round().to(torch.uint8)
        assert torch.equal(back, samples.values), f"{where}: scaling must lose nothing"
