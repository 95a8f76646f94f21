"""Finds search spaces by name: in the installed package, or in ``search_spaces/`` of a checkout; or by path."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gansearch.errors import SpaceError, SpaceProblem
from gansearch.plugins import nearest

ENDINGS = (".yaml", ".yml")


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
    folder = _folder()
    files = sorted(path for path in folder.rglob("*") if path.suffix in ENDINGS)
    return tuple(
        SpaceEntry(path.relative_to(folder).with_suffix("").as_posix(), path, _description(path)) for path in files
    )


def find_space(name_or_path: str) -> Path:
    """The file of a search space.

    Raises:
        SpaceError: where there is none, with what was probably meant.
    """
    path = Path(name_or_path).expanduser()
    if path.is_file():
        return path
    known = {entry.name: entry.path for entry in list_spaces()}
    name = name_or_path.replace("-", "_")
    if name in known:
        return known[name]
    folders = {known_name.partition("/")[0] for known_name in known if "/" in known_name}
    if path.suffix in ENDINGS or (len(path.parts) > 1 and path.parts[0] not in folders):
        raise SpaceError([SpaceProblem(name_or_path, 0, "(file)", "must be a file that exists", name_or_path)])
    rule = f"must be the path of a YAML file, or one of {', '.join(known)}"
    raise SpaceError([SpaceProblem(name_or_path, 0, "(name)", rule, name_or_path, nearest(name, tuple(known)))])


def _folder() -> Path:
    """Inside the package where it is installed, beside it in a checkout."""
    package = Path(__file__).parent.parent
    inside = package / "search_spaces"
    return inside if inside.is_dir() else package.parent / "search_spaces"


def _description(path: Path) -> str:
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            break
        if line.strip("# "):
            return line.strip("# ")
    return ""
