"""``gansearch list``: every study, and how it stands."""

from __future__ import annotations

from typing import Annotated

import typer

from gansearch.cli._options import Home, Json
from gansearch.cli._there import HeadAddress


def list_studies(
    as_json: Json = False,
    address: HeadAddress = None,
    home: Home = None,
    storage_url: Annotated[
        list[str] | None,
        typer.Option(
            "--storage",
            help="Where studies lie: an fsspec URL, as s3://bucket/studies. Repeatable. Default: $GANSEARCH_STORAGE, "
            "else the home; with --address, also wherever launches there have put some.",
            metavar="URL",
            show_default=False,
        ),
    ] = None,
    default_too: Annotated[bool, typer.Option("--default-too", hidden=True)] = False,
) -> None:
    """List the studies, and how each stands.

    With --address those that the head of a cluster sees, in every place that a launch there has named.
    """
    if address is not None:
        _list_there(address, storage_url, as_json)
        return

    from gansearch.cli.status import print_studies
    from gansearch.storage import Storage
    from gansearch.storage.place import studies_storage

    places = [Storage(url) for url in storage_url or ()]
    if default_too or not places:
        places.insert(0, studies_storage())
    different = {place.url: place for place in places}
    print_studies(list(different.values()), as_json)


def _list_there(address: str, urls: list[str] | None, as_json: bool) -> None:
    from gansearch.executors.jobs import JobServer

    server = JobServer(address)
    places = server.storages() if urls is None else urls
    words = [word for place in places for word in ("--storage", place)]
    flags = [*(["--default-too"] if urls is None and places else []), *(["--json"] if as_json else [])]
    printed, status = server.output(["list", *words, *flags])
    typer.echo(printed, nl=False)
    if status:
        raise typer.Exit(status)
