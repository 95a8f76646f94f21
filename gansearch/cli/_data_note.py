"""What ``doctor`` says of a data set that it does not load: where its files are, or how they will come."""

from __future__ import annotations

from pathlib import Path

from gansearch.data import DataSet, datasets
from gansearch.data.folders import ENVIRONMENT, cached_folder, data_folder
from gansearch.errors import DataError

LARGEST_READ = 50_000_000
"""Bytes of files that are read at once, in about a second."""


def data_note(dataset: type[DataSet], data_dir: Path | None) -> str | None:
    """The sentence, or None for a data set that is there and small enough to be loaded.

    Raises:
        DataError: where the user names a folder of data sets in which there is none.
    """
    if dataset.is_users_own:
        return "named by its path in a search space"
    source = _source(dataset)
    if not dataset.is_downloaded and source == dataset.name:
        return None
    folder = data_folder(data_dir, source)
    if folder is None:
        folder = cached_folder(source)
        if not _entries(folder):
            return f"downloaded at first use, unless --data-dir or {ENVIRONMENT} names its folder"
    elif not folder.is_dir():
        _check_any(folder.parent)
        return f"not in {folder.parent}, which --data-dir (or {ENVIRONMENT}) names: nothing is downloaded then"
    if source != dataset.name:
        return f"made of {source}"
    return None if _is_small(folder) else f"in {folder}, read at first use"


def _source(dataset: type[DataSet]) -> str:
    """The data set whose files it reads: itself, or another."""
    return dataset.files_of or dataset.name


def _entries(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _check_any(data_dir: Path) -> None:
    known = sorted({_source(dataset) for dataset in datasets if dataset.is_downloaded})
    if not any((data_dir / name).is_dir() for name in known):
        raise DataError(
            f"--data-dir (or {ENVIRONMENT}) must name a folder that holds one folder a data set, as "
            f"{data_dir / 'mnist'}; got none of {', '.join(known)}"
        )


def _is_small(folder: Path) -> bool:
    """Whether there are only files, and few bytes of them; a folder within may hold very many."""
    entries = _entries(folder)
    return all(each.is_file() for each in entries) and sum(each.stat().st_size for each in entries) <= LARGEST_READ
