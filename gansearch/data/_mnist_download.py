"""Fetches the four MNIST files once, through torchvision's public class, into the cache."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from gansearch.errors import DataError
from gansearch.storage.home import home


def downloaded(names: Iterable[str]) -> Path:
    """The folder with ``<name>.gz`` for each of ``names``, downloaded where one is not there yet.

    The files are fetched into a folder of their own and moved one by one, so that a worker that starts meanwhile, or a
    download that breaks off, never meets half a file.

    Raises:
        DataError: where the download fails.
    """
    folder = home() / "cache" / "data" / "mnist"
    if not all((folder / f"{name}.gz").is_file() for name in names):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="download-", dir=folder.parent) as scratch:
            raw = _fetch(Path(scratch))
            for name in names:
                (raw / f"{name}.gz").replace(folder / f"{name}.gz")
    return folder


def _fetch(root: Path) -> Path:
    try:
        from torchvision.datasets import MNIST

        return Path(MNIST(str(root), download=True).raw_folder)
    except (ImportError, RuntimeError, OSError) as error:
        # torchvision raises RuntimeError where every mirror failed; URLError is an OSError.
        reason = " ".join(str(error).split())
        raise DataError(
            f"mnist could not be downloaded: {reason}. Give --data-dir (or GANSEARCH_DATA) the folder that holds "
            "mnist/ with the four original .gz files, or use the data set mnist5k, which needs no download"
        ) from error
