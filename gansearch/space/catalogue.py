"""The search spaces that come with gansearch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gansearch.space.shipped import find_shipped, shipped

FOLDER = "search_spaces"


@dataclass(frozen=True)
class SpaceEntry:
    """One search space that can be launched by name."""

    name: str
    """The file's name without its ending, after the folder that it lies in; dashes and underscores are the same."""
    path: Path
    description: str
    """The first line of the comment at the head of the file."""


def list_spaces() -> tuple[SpaceEntry, ...]:
    """Every search space that comes with gansearch, sorted by name."""
    return tuple(SpaceEntry(name, path, _description(path)) for name, path in shipped(FOLDER).items())


def find_space(name_or_path: str) -> Path:
    """The file of a search space.

    Raises:
        SpaceError: where there is none, with what was probably meant.
    """
    return find_shipped(FOLDER, name_or_path)


def _description(path: Path) -> str:
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            break
        if line.strip("# "):
            return line.strip("# ")
    return ""
