"""Tells whether a file is the one that was published, by its MD5."""

from __future__ import annotations

import hashlib
from pathlib import Path

from gansearch.errors import DataError


def check_file(path: Path, md5: str, what_to_do: str) -> None:
    """Read a file of any size once, and compare its MD5 with the known one.

    Args:
        path: of the file.
        md5: the known one.
        what_to_do: the end of an error.

    Raises:
        DataError: where the file is missing or another.
    """
    try:
        with path.open("rb") as file:
            got = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    except FileNotFoundError:
        raise DataError(f"{path} must exist; got no such file. {what_to_do}") from None
    except OSError as error:
        raise DataError(f"{path} must be a readable file; got: {error}. {what_to_do}") from None
    if got != md5:
        raise DataError(f"{path} must have the MD5 {md5}; got {got}, so it is damaged. {what_to_do}")
