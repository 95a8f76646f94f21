"""``gansearch stop``: end a study cleanly from elsewhere."""

from __future__ import annotations

from typing import Annotated

import typer

from gansearch.cli._options import Home, StudyName


def stop(
    name: StudyName,
    discard: Annotated[
        bool, typer.Option("--discard", help="Give unfinished trials up for good, instead of keeping them to resume.")
    ] = False,
    home: Home = None,
) -> None:
    """End a running study cleanly, from elsewhere.

    Its driver is asked to do what Ctrl-C there would do: trials write their checkpoints and rest.
    """
    from gansearch.cli._next import command
    from gansearch.storage import Storage
    from gansearch.storage.home import studies_dir
    from gansearch.study import open_readonly, request_stop

    storage = Storage(studies_dir() / name)
    request_stop(name, storage, discard=discard)
    said = open_readonly(name, storage).status()
    if said.holder is not None:
        typer.echo(f"{name}: {said.holder} has been asked to end it")
    elif discard:
        typer.echo(f"{name}: at rest; its unfinished trials are given up")
    else:
        typer.echo(f"{name}: at rest already")
    if not discard:
        typer.echo(f"go on later with: {command('resume', name)}")
