"""Every data set in the package keeps the contract; a new one is covered as soon as its file exists.

What is packaged or drawn is loaded at its defaults. One that is downloaded must have a fixture ``<name>_dir`` with
small files in the real format, one of the user's own a fixture ``<name>_set``; without it, its test fails.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gansearch.data import DataSet, datasets
from gansearch.errors import DataError
from gansearch.testing.contracts import check_data_set
from gansearch.testing.data import TinyImages

FEWER: dict[str, dict[str, Any]] = {"stacked_mnist": {"train_samples": 12_000, "test_samples": 12_000}}
"""Fields of those that would take long at their defaults."""
USERS_OWN = [cls for cls in datasets if cls.is_users_own]


@pytest.mark.parametrize("cls", [*datasets, TinyImages], ids=lambda cls: cls.name)
def test_contract(cls: type[DataSet], request: pytest.FixtureRequest) -> None:
    data_dir: Path | None = request.getfixturevalue(f"{cls.name}_dir") if cls.is_downloaded else None
    made: DataSet = request.getfixturevalue(f"{cls.name}_set") if cls.is_users_own else cls(**FEWER.get(cls.name, {}))
    assert type(made) is cls
    check_data_set(made, data_dir)


@pytest.mark.parametrize("cls", USERS_OWN, ids=lambda cls: cls.name)
def test_one_of_the_users_own_must_be_told_what_to_read(cls: type[DataSet]) -> None:
    with pytest.raises(DataError, match="path must be given"):
        cls()


def test_the_data_sets_of_the_package() -> None:
    known = {"celeba", "cifar10", "digits", "fashion_mnist", "grid", "image_folder", "kmnist", "mnist", "mnist5k"}
    assert set(datasets.names()) >= known | {"ring", "stacked_mnist", "svhn", "tensor"}
