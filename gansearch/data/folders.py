"""Where the files of a known data set lie: in a folder of its name, which the user gives or a download fills."""

from __future__ import annotations

import os
from pathlib import Path

from gansearch.storage.home import cache_dir

ENVIRONMENT = "GANSEARCH_DATA"
"""The environment variable that stands for ``--data-dir``."""


def data_folder(data_dir: Path | None, name: str) -> Path | None:
    """The folder of the data set ``name`` that the user named, by argument or environment; None where by neither."""
    named = data_dir or (Path(os.environ[ENVIRONMENT]) if os.environ.get(ENVIRONMENT) else None)
    return None if named is None else named / name


def cached_folder(name: str) -> Path:
    """Where the downloaded files of the data set ``name`` are kept; it need not exist."""
    return cache_dir() / "data" / name


def remedy(name: str, files: str) -> str:
    """What to do where ``files`` are wanted: the end of an error."""
    return f"--data-dir (or {ENVIRONMENT}) must name the folder that holds {name}/ with {files}"
