"""The next command to type, as it works from the user's shell."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gansearch.study import StudyStatus

THERE = ("resume", "status", "stop", "logs")
"""Commands that take the address of a cluster's head."""


def command(*arguments: str) -> str:
    """``gansearch ARGUMENTS``, with its path where the shell would not find it, and options where it needs them."""
    from gansearch.storage.home import home
    from gansearch.storage.place import VARIABLE

    asked_at = os.environ.get("GANSEARCH_ASKED_AT")
    if asked_at and arguments[0] in THERE:
        return shlex.join(["gansearch", *arguments, "--address", asked_at])
    where = [] if home() == Path.home() / ".gansearch" else ["--home", str(home())]
    url = os.environ.get(VARIABLE)
    return shlex.join([_program(), *arguments, *where, *(["--storage", url] if url else [])])


def resume_command(status: StudyStatus) -> str:
    """The command that goes on with a study: with more of what is spent, or with more trials where none is left."""
    from gansearch.cli._progress import progress

    spent = [bound for bound in status.bounds if bound.is_spent]
    words = [word for bound in spent for word in ("--budget", f"{bound.key}=+{bound.planned or bound.most:g}")]
    if status.can_extend and progress(status).ended == status.trials_wanted:
        words += ["--trials", "+10"]
    return command("resume", status.name, *words)


def _program() -> str:
    started = Path(sys.argv[0])
    if started.name != "gansearch" or shutil.which("gansearch") == str(started):
        return "gansearch"
    near = os.path.relpath(started)
    return near if len(near) < len(str(started)) else str(started)
