"""Every data set in the package keeps the contract; a new one is covered as soon as its file exists."""

from __future__ import annotations

import pytest

from gansearch.data import DataSet, datasets
from gansearch.data.mnist import data_folder
from gansearch.testing.contracts import check_data_set
from gansearch.testing.data import TinyImages


@pytest.mark.parametrize("cls", [*datasets, TinyImages], ids=lambda cls: cls.name)
def test_contract(cls: type[DataSet]) -> None:
    if cls.name == "mnist" and data_folder(None) is None:
        pytest.skip("GANSEARCH_DATA is not set: it names the folder that holds mnist/ with the original files")
    check_data_set(cls())


def test_the_data_sets_of_the_package() -> None:
    assert set(datasets.names()) >= {"grid", "mnist", "mnist5k", "ring"}
