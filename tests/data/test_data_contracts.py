"""Every data set in the package keeps the contract; a new one is covered as soon as its file exists."""

from __future__ import annotations

from pathlib import Path

import pytest

from gansearch.data import DataSet, datasets
from gansearch.testing.contracts import check_data_set
from gansearch.testing.data import TinyImages


@pytest.mark.parametrize("cls", [*datasets, TinyImages], ids=lambda cls: cls.name)
def test_contract(cls: type[DataSet], data_dir: Path) -> None:
    check_data_set(cls(), data_dir)


def test_the_data_sets_of_the_package() -> None:
    assert set(datasets.names()) >= {"grid", "mnist", "mnist5k", "ring"}
