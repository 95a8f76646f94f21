"""``gansearch report``: write a study's findings from its records."""

from __future__ import annotations

import typer

from gansearch.cli._options import Home, Json, StudyName, TrackingUri
from gansearch.cli._text import print_json


def report(name: StudyName, tracking_uri: TrackingUri = None, as_json: Json = False, home: Home = None) -> None:
    """Write a study's findings, also while it runs.

    They are findings.md, a self-contained findings.html, and the frames as Parquet.
    """
    from gansearch.reporting import write_report
    from gansearch.storage import Storage
    from gansearch.storage.home import home as home_folder
    from gansearch.storage.home import studies_dir
    from gansearch.tracking import default_uri

    files = write_report(name, Storage(studies_dir() / name), tracking_uri=tracking_uri or default_uri(home_folder()))
    if as_json:
        print_json({"markdown": str(files.markdown), "html": str(files.html), "frames": str(files.frames)})
        return
    typer.echo(f"findings  {files.markdown}\nto share  {files.html}\nframes    {files.frames}")
