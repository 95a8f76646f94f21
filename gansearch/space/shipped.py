"""YAML files that come with gansearch, by name or by path: in the installed package, or beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

from gansearch.errors import SpaceError, SpaceProblem
from gansearch.plugins import nearest

ENDINGS = (".yaml", ".yml")


def shipped(folder: str) -> dict[str, Path]:
    """The files of one folder, such as ``search_spaces``, by name: ``sub/file`` without its ending, sorted."""
    root = _root(folder)
    files = sorted(path for path in root.rglob("*") if path.suffix in ENDINGS)
    return {path.relative_to(root).with_suffix("").as_posix(): path for path in files}


def find_shipped(folder: str, name_or_path: str) -> Path:
    """The file of that path, or else of that name in ``folder``; dashes and underscores of a name are the same.

    Raises:
        SpaceError: where there is none, with what was probably meant.
    """
    path = Path(name_or_path).expanduser()
    if path.is_file():
        return path
    known = shipped(folder)
    name = name_or_path.replace("-", "_")
    if name in known:
        return known[name]
    folders = {known_name.partition("/")[0] for known_name in known if "/" in known_name}
    if path.suffix in ENDINGS or (len(path.parts) > 1 and path.parts[0] not in folders):
        raise SpaceError([SpaceProblem(name_or_path, 0, "(file)", "must be a file that exists", name_or_path)])
    rule = f"must be the path of a YAML file, or one of {', '.join(known)}"
    raise SpaceError([SpaceProblem(name_or_path, 0, "(name)", rule, name_or_path, nearest(name, tuple(known)))])


def file_text(path: Path) -> str:
    """What a file says.

    Raises:
        SpaceError: where it cannot be read, or is no text in UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        rule, found = "must be a readable text file in UTF-8", f"the byte 0x{error.object[error.start]:02x}"
        raise SpaceError([SpaceProblem(str(path), line, "(file)", rule, found)]) from error
    except OSError as error:
        rule = "must be a readable text file in UTF-8"
        raise SpaceError([SpaceProblem(str(path), 0, "(file)", rule, type(error).__name__)]) from error


def _root(folder: str) -> Path:
    """Inside the package where it is installed, beside it in a checkout."""
    package = Path(__file__).parent.parent
    inside = package / folder
    return inside if inside.is_dir() else package.parent / folder
