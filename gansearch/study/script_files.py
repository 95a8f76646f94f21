"""The training script that a study was launched with: kept in its folder, where workers and later launches find it.

The YAML that is kept names the copies and their hash, so that ``space.yaml`` alone launches the same search again, and
a copy that has been changed is noticed.
"""

from __future__ import annotations

import re
from typing import Any, Final

from gansearch.space import SearchSpace, parse_space
from gansearch.space.script import FOLDER, Script
from gansearch.space.yaml_text import dump, plain
from gansearch.storage import Storage

SPACE_FILE: Final = "space.yaml"
_LINE: Final = re.compile(r"^script:.*$", re.MULTILINE)


def keep(storage: Storage, space: SearchSpace) -> SearchSpace:
    """The space as it is kept: where a script trains, its files are copied and the YAML names the copies.

    Raises:
        StorageError: where they cannot be written.
    """
    if space.script is None:
        return space
    for name, content in space.script.sources.items():
        storage.write(f"{FOLDER}/{name}", content)
    source = kept_source(space.source, space.script)
    return parse_space(source, f"{storage.url}/{SPACE_FILE}")


def kept_source(source: str, script: Script) -> str:
    """The YAML of a space with the paths of the copies, and their hash, in place of the user's own paths.

    Where ``script`` stands on a line of its own, all other lines stay as the user wrote them.
    """
    said: dict[str, Any] = {"file": f"{FOLDER}/{script.file}"}
    said |= {} if script.function is None else {"function": script.function}
    modules = [f"{FOLDER}/{name}" for name in script.sources if name != script.file]
    said |= {"modules": modules} if modules else {}
    wanted = {**plain(source), "script": {**said, "sha256": script.sha256}}
    short = " ".join(dump({"script": wanted["script"]}).split())
    edited = _LINE.sub(lambda _: short, source, count=1)
    return edited if _same(edited, wanted) else dump(wanted)


def _same(text: str, wanted: dict[str, Any]) -> bool:
    try:
        return bool(plain(text) == wanted)
    except ValueError:
        return False
