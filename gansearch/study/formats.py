"""The versions of a study's layout on disk, and how one of an earlier version becomes one of this.

==  ================================================================================================================
1   one checkpoint a trial, ``checkpoints/<identity>.safetensors``, replaced in place; losses of workers and of drivers
    counted as one
2   checkpoints are ``checkpoints/<identity>/<attempt>-<step>.safetensors``, valid once the trial's record names them;
    lines of the journal have checksums; a trial may extend another; the user's wishes may be about single trials
==  ================================================================================================================

Whoever only reads a study changes nothing; its driver brings it to the newest version when it has the lease. Parts that
differ between versions are told apart by themselves (a record names its checkpoint, a line has a checksum or none), so
that nothing is written anew and an interrupted migration is none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from gansearch.errors import StudyError

FORMAT: Final = 2


def _from_1(said: Mapping[str, Any]) -> dict[str, Any]:
    return {**said, "format": 2}


_STEPS: Final[Mapping[int, Callable[[Mapping[str, Any]], dict[str, Any]]]] = {1: _from_1}
"""What a study says about itself, by the version that it is of: in the words of the next version."""


def in_this_format(said: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What a study of any known version says about itself, in the words of this version.

    Raises:
        StudyError: where a newer gansearch made or changed it.
    """
    found = dict(said)
    while found.get("format") != FORMAT:
        step = _STEPS.get(found.get("format", 0))
        if step is None:
            raise StudyError(
                f"the study {name!r} must be of format 1 to {FORMAT}; it is of format {found.get('format')}: "
                "a newer gansearch has driven it"
            )
        found = step(found)
    return found
