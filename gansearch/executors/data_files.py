"""A user's files that a space names, as absolute paths: a study finds them again from every folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gansearch.data import datasets
from gansearch.dimensions import Text, declared
from gansearch.errors import DataError
from gansearch.space import SearchSpace, parse_space

WEIGHTS = "evaluation.inception_weights"


def with_absolute_paths(space: SearchSpace, data_dir: Path | None) -> SearchSpace:
    """The space with absolute paths of its data set's files and of the Inception weights.

    A relative path is looked for in ``data_dir`` first, then in the working folder; weights in the latter alone.

    Raises:
        DataError: where there is nothing at a path.
    """
    given = {path: str(space.fixed[path]) for path in _of_data_set(space)}
    found = {path: str(_existing(path, text, data_dir)) for path, text in given.items()}
    weights = space.evaluation.inception_weights
    if weights is not None:
        given[WEIGHTS], found[WEIGHTS] = weights, str(_existing(WEIGHTS, weights, None))
    # Quoted, since YAML reads a folder called 1e4 as a number.
    changed: dict[str, Any] = {path: json.dumps(found[path]) for path in found if found[path] != given[path]}
    return parse_space(space.source, space.origin, changed) if changed else space


def _of_data_set(space: SearchSpace) -> Iterator[str]:
    """The settings of the data set that are paths and have been given."""
    name = space.fixed.get("dataset.name")
    for field, said in (declared(datasets.get(str(name))) if name is not None else {}).items():
        is_path = isinstance(said.limits, Text) and "path" in said.limits.rule
        if is_path and space.fixed.get(f"dataset.{field}") is not None:
            yield f"dataset.{field}"


def _existing(setting: str, text: str, data_dir: Path | None) -> Path:
    """The absolute path of what ``text`` names.

    Raises:
        DataError: where there is nothing.
    """
    path = Path(text).expanduser()
    tried = [Path(folder, path).absolute() for folder in (data_dir, Path.cwd()) if folder is not None]
    for place in tried:
        if place.exists():
            return place
    places = " or ".join(dict.fromkeys(map(str, tried)))
    raise DataError(f"{setting} must name a file or folder that exists; got {text!r}, and there is no {places}")
