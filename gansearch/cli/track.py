"""``gansearch track``: bring MLflow up to date with a study, from its records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gansearch.cli._errors import MENDABLE
from gansearch.cli._options import Home, Json, StorageUrl, StudyName, TrackingUri
from gansearch.cli._text import print_json

if TYPE_CHECKING:
    from gansearch.tracking import UpToDate

SHOWN = 10
"""Runs that lack something and are printed; `--json` has all of them."""


def track(
    name: StudyName,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Delete the study's runs in MLflow first, and write all of them anew.")
    ] = False,
    tracking_uri: TrackingUri = None,
    as_json: Json = False,
    home: Home = None,
    storage_url: StorageUrl = None,
) -> None:
    """Bring MLflow up to date with a study at rest.

    Everything comes from the study's records; MLflow is then read back and compared with them. The exit status is 1
    where something is missing.
    """
    from gansearch.executors.tracking_again import track_study

    found = track_study(name, tracking_uri=tracking_uri, rebuild=rebuild)
    if as_json:
        written = {key: getattr(found.written, key) for key in ("runs", "points", "images", "files")}
        print_json({"study": name, "written": written, "runs": found.runs, "lacking": dict(found.lacking)})
    else:
        typer.echo(told(name, found))
    if not found.is_complete:
        raise typer.Exit(MENDABLE)


def told(name: str, found: UpToDate) -> str:
    """What a user reads: what was written, and whether MLflow is complete."""
    done = found.written
    lines = [
        f"{name}: written {done.runs} runs, {done.points} points, {done.images} images, {done.files} files",
    ]
    if found.is_complete:
        return "\n".join([*lines, f"MLflow is complete: {found.runs} trials agree with their records"])
    lines.append(f"MLflow is not complete: {len(found.lacking)} of {found.runs} trials lack something")
    lines += [f"  {run}: {'; '.join(lacking)}" for run, lacking in list(found.lacking.items())[:SHOWN]]
    if found.reason is not None:
        lines.append(f"the last try failed with {found.reason}")
    return "\n".join(lines)
