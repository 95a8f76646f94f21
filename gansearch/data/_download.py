"""Fetches the files of a known data set once, into the cache."""

from __future__ import annotations

import hashlib
import http.client
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from gansearch.data.folders import ENVIRONMENT, cached_folder
from gansearch.errors import DataError

TIMEOUT_S: Final = 60
"""Seconds without a byte after which a download has failed."""
_PORTION: Final = 2**20


def downloaded(
    name: str, files: Iterable[str], fetch: Callable[[Path], Path], *, wanted: str, instead: str = ""
) -> Path:
    """The folder of the cache with ``files``, fetched where one is not there yet.

    They are fetched into a folder of their own and moved one by one, so that a worker that starts meanwhile, or a
    download that breaks off, never meets half a file.

    Args:
        name: the data set's.
        files: names of files or folders.
        fetch: downloads into the empty folder that it is given, and says in which folder the files are then.
        wanted: the files in words, for the error: "the four original .gz files".
        instead: what else the user can do, for the error.

    Raises:
        DataError: where the download fails.
    """
    folder = cached_folder(name)
    missing = [file for file in files if not (folder / file).exists()]
    if missing:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="download-", dir=folder.parent) as scratch:
            fetched = _fetched(name, fetch, Path(scratch), wanted, instead)
            for file in missing:
                _move(fetched / file, folder / file)
    return folder


def fetch_file(url: str, path: Path, md5: str) -> None:
    """Download one file.

    Args:
        url: its address.
        path: where it is written; its folder exists.
        md5: of the file.

    Raises:
        OSError: where the server cannot be reached, breaks off, or sends a file with another MD5.
    """
    digest = hashlib.md5(usedforsecurity=False)
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer, path.open("wb") as file:
            while portion := answer.read(_PORTION):
                digest.update(portion)
                file.write(portion)
    except urllib.error.HTTPError as error:
        error.close()  # it holds the connection
        raise OSError(f"{url}: {error}") from None
    except http.client.HTTPException as error:
        raise OSError(f"{url} broke off: {error}") from error
    if digest.hexdigest() != md5:
        raise OSError(f"{url} must have the MD5 {md5}; got {digest.hexdigest()}")


def _fetched(name: str, fetch: Callable[[Path], Path], scratch: Path, wanted: str, instead: str) -> Path:
    try:
        return fetch(scratch)
    except (ImportError, RuntimeError, OSError) as error:
        # torchvision raises RuntimeError where every mirror failed; URLError is an OSError.
        reason = " ".join(str(error).split()).rstrip(".")
        raise DataError(
            f"{name} could not be downloaded: {reason}. Give --data-dir (or {ENVIRONMENT}) the folder that holds "
            f"{name}/ with {wanted}{instead}"
        ) from error


def _move(source: Path, target: Path) -> None:
    """Move into place; a folder that another worker has moved there meanwhile is as good."""
    try:
        source.replace(target)
    except OSError:
        if not target.is_dir():
            raise
