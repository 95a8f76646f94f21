"""``gansearch stop``: end a study, or one of its trials, cleanly from elsewhere."""

from __future__ import annotations

from typing import Annotated

import typer

from gansearch.cli._options import Home, StudyName


def stop(
    name: StudyName,
    number: Annotated[
        int | None,
        typer.Argument(help="Number of one trial. Default: the study.", metavar="[NUMBER]", min=0, show_default=False),
    ] = None,
    discard: Annotated[
        bool, typer.Option("--discard", help="Give what has not ended up for good, instead of keeping it to resume.")
    ] = False,
    home: Home = None,
) -> None:
    """End a study, or one of its trials, cleanly.

    Its driver is asked to do what Ctrl-C there would do: trials write their checkpoints and rest.
    """
    from gansearch.cli._next import command
    from gansearch.storage import Storage
    from gansearch.storage.home import studies_dir
    from gansearch.study import open_readonly, request_stop

    storage = Storage(studies_dir() / name)
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
