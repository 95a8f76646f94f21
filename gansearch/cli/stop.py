"""``gansearch stop``: end a study, or one of its trials, cleanly from elsewhere."""

from __future__ import annotations

from typing import Annotated

import typer

from gansearch.cli._options import Home, StorageUrl, StudyName
from gansearch.cli._there import HeadAddress, tell_from_there


def stop(
    name: StudyName,
    number: Annotated[
        int | None,
        typer.Argument(help="Number of one trial. Default: the study.", metavar="[NUMBER]", min=0, show_default=False),
    ] = None,
    discard: Annotated[
        bool, typer.Option("--discard", help="Give what has not ended up for good, instead of keeping it to resume.")
    ] = False,
    address: HeadAddress = None,
    home: Home = None,
    storage_url: StorageUrl = None,
) -> None:
    """End a study, or one of its trials, cleanly.

    Its driver is asked to do what Ctrl-C there would do: trials write their checkpoints and rest.
    """
    words = ("stop", name) if number is None else ("stop", name, str(number))
    if tell_from_there(address, *words, discard=discard, storage=storage_url):
        return

    from gansearch.cli._next import command
    from gansearch.storage.place import study_storage
    from gansearch.study import open_readonly, request_stop

    storage = study_storage(name)
    request_stop(name, storage, number=number, discard=discard)
    with open_readonly(name, storage) as study:
        holder = study.status().holder
    what = name if number is None else f"{name}-{number}"
    if holder is not None:
        typer.echo(f"{what}: {holder} has been asked to end it")
    elif discard:
        typer.echo(f"{what}: at rest; {'its unfinished trials are' if number is None else 'it is'} given up")
    else:
        typer.echo(f"{what}: at rest already")
    if not discard:
        typer.echo(f"go on later with: {command('resume', name)}")
