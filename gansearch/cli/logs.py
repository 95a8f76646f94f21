"""``gansearch logs``: what the head of a cluster prints while it drives a study."""

from __future__ import annotations

from typing import Annotated

import typer

from gansearch.cli._options import StudyName
from gansearch.cli._there import Follow


def logs(
    name: StudyName,
    address: Annotated[str, typer.Option(help="Of the head, as http://HEAD:8265.", metavar="URL")],
    follow: Follow = False,
) -> None:
    """Show what a cluster's head says of a study.

    It is what the job printed that drives the study, or drove it last.
    """
    from gansearch.executors.jobs import JobServer

    server = JobServer(address)
    job = server.newest(name)
    if not follow:
        typer.echo(server.logs(job), nl=False)
        return
    status = server.follow(job, lambda text: typer.echo(text, nl=False))
    if status:
        raise typer.Exit(status)
