"""The next command to type, as it works from the user's shell."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path


def command(*arguments: str) -> str:
    """``gansearch ARGUMENTS``, with its path where the shell would not find it, and ``--home`` where it needs it."""
    from gansearch.storage.home import home

    where = [] if home() == Path.home() / ".gansearch" else ["--home", str(home())]
    return shlex.join([_program(), *arguments, *where])


def _program() -> str:
    started = Path(sys.argv[0])
    if started.name != "gansearch" or shutil.which("gansearch") == str(started):
        return "gansearch"
    near = os.path.relpath(started)
    return near if len(near) < len(str(started)) else str(started)
