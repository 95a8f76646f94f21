"""At the end of a search: removes the files of runs that its space does not keep, and says how much that freed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from gansearch.errors import StorageError
from gansearch.study import Study
from gansearch.study.clearing import clear


def clear_at_end(study: Study, say: Callable[[str], None], *, is_tracked: bool) -> None:
    """Do what ``keep`` of the space says; what cannot be removed must not spoil a search that has ended.

    Args:
        study: open, with its lease; its search has finished and its report is written.
        say: told what was removed.
        is_tracked: whether MLflow has everything; where it has not, samples stay, since it is still to get them.
    """
    keep, again = study.space.keep, f"gansearch prune {study.name}"
    if keep.artifacts != "all" and not is_tracked:
        say(f"samples stay until MLflow has them; remove them later with: {again}")
        keep = replace(keep, artifacts="all")
    if keep.is_everything:
        return
    try:
        cleared = clear(study.storage, study.space, study.trials(), keep)
    except StorageError as error:
        say(f"what is not kept could not all be removed: {error}; try again with: {again}")
        return
    say(f"kept: {keep}; {cleared.files} files removed, {cleared.mib:.1f} MiB")
