"""``gansearch retrace``: a study's own calls once more, to see whether they give the same search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from gansearch.cli._options import Home, Json, StorageUrl, StudyName
from gansearch.cli._text import print_json

if TYPE_CHECKING:
    from gansearch.executors.replay.calls import CallReplay

DIFFERS = 1


def retrace(name: StudyName, as_json: Json = False, home: Home = None, storage_url: StorageUrl = None) -> None:
    """Go through a study's logged calls again, against a fresh study.

    Every suggestion, pruning and end must come out as it did: the status is 1 where one does not, as after a change of
    version. The log is the first driver's; what the study trained is not trained again.
    """
    from gansearch.executors.replay.calls import replay_study
    from gansearch.storage.place import study_storage

    found = replay_study(name, study_storage(name))
    print_json(_described(name, found)) if as_json else typer.echo(_told(name, found))
    if found.difference is not None:
        raise typer.Exit(DIFFERS)


def _told(name: str, found: CallReplay) -> str:
    if found.difference is not None:
        return f"the logged calls of {name} come out otherwise from {found.difference}"
    calls = f"{found.calls:,} logged call{'s' if found.calls != 1 else ''} of {name}"
    same = f"{calls} gone through: every suggestion and decision is the same"
    return same if found.left is None else f"{same}; what came then is left out: {found.left}"


def _described(name: str, found: CallReplay) -> dict[str, Any]:
    differs = found.difference
    return {
        "study": name,
        "calls": found.calls,
        "is_same": differs is None,
        "difference": None
        if differs is None
        else {
            "call": differs.call,
            "kind": differs.kind,
            "logged": str(differs.logged),
            "replayed": str(differs.replayed),
        },
        "left": found.left,
    }
