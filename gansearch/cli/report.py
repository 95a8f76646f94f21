"""``gansearch report``: write a study's findings from its records."""

from __future__ import annotations

import typer

from gansearch.cli._options import Home, Json, StorageUrl, StudyName, TrackingUri
from gansearch.cli._text import print_json


def report(
    name: StudyName,
    tracking_uri: TrackingUri = None,
    as_json: Json = False,
    home: Home = None,
    storage_url: StorageUrl = None,
) -> None:
    """Write a study's findings, also while it runs.

    They are findings.md, a self-contained findings.html, and the frames as Parquet.
    """
    from gansearch.reporting import write_report
    from gansearch.storage.home import home as home_folder
    from gansearch.storage.place import study_storage
    from gansearch.tracking import default_uri

    files = write_report(name, study_storage(name), tracking_uri=tracking_uri or default_uri(home_folder()))
    if as_json:
        print_json({"markdown": str(files.markdown), "html": str(files.html), "frames": str(files.frames)})
        return
    typer.echo(f"findings  {files.markdown}\nto share  {files.html}\nframes    {files.frames}")
