"""What a study says about itself in its Optuna storage, and its search space in its folder."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from gansearch.errors import CorruptFileError, StudyError
from gansearch.space import SearchSpace, parse_space
from gansearch.storage import Storage
from gansearch.storage.checksums import sha256_12
from gansearch.study import plugin_files
from gansearch.study.formats import FORMAT, in_this_format

ATTRIBUTE = "gansearch"
"""User attribute of the study; written last, so that a study without it was never made whole."""
SPACE_FILE = "space.yaml"


@dataclass(frozen=True)
class Metadata:
    """Fixed when the study is made."""

    id: str
    """Tells a study from an earlier one of the same name."""
    seed: int
    space_hash: str
    """First 12 hex digits of the SHA-256 of the space's YAML."""
    created: float
    """Unix seconds."""
    format: int = FORMAT


def write_space(storage: Storage, space: SearchSpace, seed: int) -> Metadata:
    """Keep the space in the study's folder.

    Raises:
        StudyError: where its YAML does not describe it: the study could not be resumed as it began.
    """
    again = parse_space(space.source, space.origin)
    if again != replace(space, origin=again.origin):
        raise StudyError(
            f"the space {space.name!r} must be what its own YAML says; change it with load_space(overrides=)"
        )
    content = space.source.encode()
    storage.write(SPACE_FILE, content)
    return Metadata(uuid.uuid4().hex, seed, sha256_12(content), time.time())


def read_space(storage: Storage, metadata: Metadata) -> SearchSpace:
    """The space as it was when the study was made.

    Raises:
        CorruptFileError: where the file has changed since.
        SpaceError: where this version of gansearch cannot read it any more.
        PluginError: where a plug-in that it was launched with cannot be imported any more.
    """
    plugin_files.load(storage)
    content = storage.read(SPACE_FILE)
    where = f"{storage.url}/{SPACE_FILE}"
    if sha256_12(content) != metadata.space_hash:
        raise CorruptFileError(
            f"{where} has changed since the study was made: its hash must be {metadata.space_hash}, it is "
            f"{sha256_12(content)}; put it back, or launch the changed space under another name"
        )
    return parse_space(content.decode(), where)


def read_metadata(attributes: Mapping[str, Any], name: str) -> Metadata | None:
    """From the study's user attributes; None where the study was never made whole.

    Raises:
        StudyError: where a newer gansearch made or changed it.
    """
    said = attributes.get(ATTRIBUTE)
    return None if said is None else Metadata(**in_this_format(said, name))


def said(metadata: Metadata) -> dict[str, Any]:
    """The user attribute."""
    return asdict(metadata)
