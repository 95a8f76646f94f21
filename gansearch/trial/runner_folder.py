"""A runner's folder: laid out as a study's storage, held by one runner at a time, and bound to one list."""

from __future__ import annotations

import fcntl
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gansearch.errors import SpecError
from gansearch.storage import Storage
from gansearch.storage.disk_errors import storage_errors
from gansearch.trial.context import TrialContext
from gansearch.trial.spec import SPEC_FILE, Spec, first_difference, to_text
from gansearch.trial.spec_reader import read_spec

LOCK_FILE = "lock"
PLUGINS = "plugins"
CACHE = "cache"


@contextmanager
def runner_folder(path: Path, spec: Spec) -> Iterator[Storage]:
    """Hold the folder ``path`` for ``spec``; it is made where there is none.

    Raises:
        SpecError: where another runner holds it, it was begun with another list, or it is something else's.
        StorageError: where it cannot be written.
    """
    with storage_errors("made", str(path)):
        path.mkdir(parents=True, exist_ok=True)
    with _held(path):
        storage = Storage(path)
        _bind(path, storage, spec)
        yield storage


def context_of(spec: Spec, storage: Storage) -> TrialContext:
    """What every trial of the list shares; its plug-in files are written into the folder."""
    for name, source in spec.plugins.items():
        storage.write(f"{PLUGINS}/{name}", source.encode())
    return TrialContext(
        storage_url=storage.url,
        data_dir=_absolute(spec.data_dir),
        cache_dir=f"{storage.url}/{CACHE}",
        detectors=spec.detectors,
        use_average=spec.use_average,
        final_evaluation=spec.final_evaluation,
        plugins=tuple(f"{storage.url}/{PLUGINS}/{name}" for name in spec.plugins),
        threads=spec.threads,
        device=spec.device,
        also=spec.also,
        inception_weights=_absolute(spec.inception_weights),
    )


def _absolute(path: str | None) -> str | None:
    return None if path is None else str(Path(path).expanduser().absolute())


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; the system frees it when the process ends, however it ends."""
    path = folder / LOCK_FILE
    with storage_errors("opened", str(path)):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 200, 0).decode(errors="replace").strip() or "another process"
            raise SpecError(f"{folder}: must be held by one runner at a time; {holder} holds it") from None
        with storage_errors("written", str(path)):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"process {os.getpid()} on {platform.node()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _bind(folder: Path, storage: Storage, spec: Spec) -> None:
    """Keep the list in the folder, or compare with the one that is kept."""
    if not storage.exists(SPEC_FILE):
        taken = [name for name in ("records", "database") if storage.exists(name)]
        if taken:
            raise SpecError(f"{folder}: must be a new folder or one that a runner began; it holds {taken[0]!r}")
        storage.write(SPEC_FILE, to_text(spec).encode())
        return
    difference = first_difference(read_spec(folder / SPEC_FILE), spec)
    if difference is not None:
        raise SpecError(
            f"{folder}: was begun with another list, which is kept in {SPEC_FILE}: they differ in {difference}; "
            "give that list, or another folder"
        )
