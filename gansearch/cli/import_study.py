"""``gansearch import``: a study of what the torch-only runner has trained."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gansearch.cli._options import Home, Json, StorageUrl, TrackingUri
from gansearch.cli._text import print_json


def import_study(
    folder: Annotated[
        Path,
        typer.Argument(help="Folder of gansearch.trial.runner.", metavar="DIR", file_okay=False, show_default=False),
    ],
    study: Annotated[str, typer.Option(help="Name of the study to make.", metavar="NAME", show_default=False)],
    tracking_uri: TrackingUri = None,
    as_json: Json = False,
    home: Home = None,
    storage_url: StorageUrl = None,
) -> None:
    """Make a study of what the torch-only runner has trained.

    It gets its MLflow runs and its report; runs that are not over can be resumed. The folder is copied, not changed;
    importing it again takes what has come since.
    """
    from gansearch.cli._next import command
    from gansearch.cli._progress import line, progress
    from gansearch.cli.status import described
    from gansearch.executors.importing import import_folder
    from gansearch.storage.masking import shown

    result = import_folder(folder, study, tracking_uri=tracking_uri, say=lambda said: typer.echo(said, err=True))
    report = result.report
    if as_json:
        files = {"markdown": str(report.markdown), "html": str(report.html)}
        print_json({"study": study, "is_new": result.is_new, "status": described(result.status), "report": files})
        return
    seen = progress(result.status)
    store = () if tracking_uri is None else ("--tracking-uri", shown(tracking_uri))
    lines = [
        f"{study}: {'imported' if result.is_new else 'brought up to date'}: {line(seen)}",
        f"findings  {report.markdown}",
        f"to share  {report.html}",
        f"MLflow    {command('ui', *store)}",
    ]
    if seen.ended != seen.wanted:
        lines.append(f"go on     {command('resume', study)}")
    typer.echo("\n".join(lines))
