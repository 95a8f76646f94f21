"""``gansearch report``: write the findings of a study, or of several beside each other, from their records."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from gansearch.cli._options import Home, Json, StorageUrl, TrackingUri
from gansearch.cli._text import print_json


def report(
    names: Annotated[
        list[str], typer.Argument(help="Name of a study, or of several.", metavar="NAME [...]", show_default=False)
    ],
    hypotheses: Annotated[
        str | None,
        typer.Option(
            help="A name in hypotheses/, or a YAML file: claims about the arms of plan.experiments, "
            "each of which gets a verdict.",
            metavar="NAME|FILE",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the page of several studies. Default: ./report-A-B.",
            metavar="DIR",
            file_okay=False,
            show_default=False,
        ),
    ] = None,
    tracking_uri: TrackingUri = None,
    as_json: Json = False,
    home: Home = None,
    storage_url: StorageUrl = None,
) -> None:
    """Write a study's findings, also while it runs, or of several.

    Several studies are set side by side on one page.
    They are findings.md, a self-contained findings.html, and, of one study, the frames as Parquet.
    """
    if len(names) > 1:
        if hypotheses is not None:
            raise typer.BadParameter("hypotheses are about one study", param_hint="--hypotheses")
        _tell(_joint(names, out), as_json=as_json)
        return
    if out is not None:
        raise typer.BadParameter("the report of one study lies in its folder", param_hint="--out")
    _tell(_single(names[0], hypotheses, tracking_uri), as_json=as_json)


def _single(name: str, hypotheses: str | None, tracking_uri: str | None) -> dict[str, Path]:
    from gansearch.reporting import write_report
    from gansearch.storage.home import home as home_folder
    from gansearch.storage.place import study_storage
    from gansearch.tracking import default_uri

    uri = tracking_uri or default_uri(home_folder())
    files = write_report(name, study_storage(name), tracking_uri=uri, hypotheses=hypotheses)
    return {"markdown": files.markdown, "html": files.html, "frames": files.frames}


def _joint(names: Sequence[str], out: Path | None) -> dict[str, Path]:
    from gansearch.reporting.joint_report import write_joint_report

    files = write_joint_report(names, out or Path(f"report-{'-'.join(names)}"))
    return {"markdown": files.markdown, "html": files.html}


def _tell(files: dict[str, Path], *, as_json: bool) -> None:
    if as_json:
        print_json({kind: str(path) for kind, path in files.items()})
        return
    words = {"markdown": "findings", "html": "to share", "frames": "frames"}
    typer.echo("\n".join(f"{words[kind]:8}  {path}" for kind, path in files.items()))
