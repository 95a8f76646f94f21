"""Where data lie that every process must read for itself, and what this process finds there."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gansearch.data import datasets
from gansearch.data.folders import data_folder
from gansearch.dimensions import Text, declared
from gansearch.records import Setting
from gansearch.trial.context import TrialContext

EDGE = 64 * 1024
"""Bytes at the beginning and at the end of a single file that are looked at."""


@dataclass(frozen=True)
class DataPlaces:
    """What a data set is read from; plain values that travel."""

    paths: tuple[str, ...] = ()
    """The user's files and folders, absolute."""
    data_dir: str | None = None
    name: str | None = None
    """The folder of the data set in ``data_dir`` or ``$GANSEARCH_DATA``; None where it has none, or is downloaded."""

    def found(self) -> tuple[Found | None, ...]:
        """What this process finds at each place; None where it can read nothing."""
        return tuple(None if place is None else found_at(place) for place in self._all())

    def shown(self) -> tuple[str, ...]:
        """Each place as the driver has it."""
        return tuple(str(place) for place in self._all())

    def _all(self) -> list[Path | None]:
        folder = None if self.data_dir is None else Path(self.data_dir)
        named = [] if self.name is None else [data_folder(folder, self.name)]
        return [*map(Path, self.paths), *named]


@dataclass(frozen=True)
class Found:
    """A file or folder, by what can be seen without reading it in full."""

    files: int
    nbytes: int
    digest: str
    """SHA-256 of names and sizes; of a single file, of its size, beginning and end."""

    def __str__(self) -> str:
        return f"{self.files:,} file{'s' if self.files != 1 else ''} of {self.nbytes:,} bytes in all"


def data_places(settings: Mapping[str, Setting], context: TrialContext, *, with_weights: bool) -> DataPlaces:
    """What a process reads that opens the data set which ``settings`` name.

    Args:
        settings: name the data set.
        context: of the study.
        with_weights: whether it also reads the Inception weights.
    """
    kind = datasets.get(str(settings["dataset.name"]))
    paths = [
        str(value)
        for field, said in declared(kind).items()
        if isinstance(said.limits, Text) and "path" in said.limits.rule
        if (value := settings.get(f"dataset.{field}")) is not None
    ]
    if with_weights and context.inception_weights is not None:
        paths.append(context.inception_weights)
    name = kind.files_of or kind.name
    folder = None if context.data_dir is None else Path(context.data_dir)
    named = data_folder(folder, name)
    return DataPlaces(tuple(paths), context.data_dir, None if named is None or not named.exists() else name)


def found_at(place: Path) -> Found | None:
    """What can be read at a place; None where nothing can."""
    try:
        if place.is_dir():
            sizes = sorted(_sizes(place, ""))
            said = "\n".join(f"{name} {size}" for name, size in sizes).encode()
            return Found(len(sizes), sum(size for _, size in sizes), hashlib.sha256(said).hexdigest())
        return _file(place)
    except OSError:
        return None


def _file(path: Path) -> Found:
    size = path.stat().st_size
    with path.open("rb") as file:
        edges = file.read(EDGE)
        file.seek(max(0, size - EDGE))
        edges += file.read(EDGE)
    return Found(1, size, hashlib.sha256(f"{size} ".encode() + edges).hexdigest())


def _sizes(folder: Path, below: str) -> Iterator[tuple[str, int]]:
    """Names from the first folder on, with sizes; of what begins with a dot none."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                yield from _sizes(Path(entry.path), f"{below}{entry.name}/")
            else:
                yield f"{below}{entry.name}", entry.stat().st_size
