"""``gansearch export``: the generator of a run as plain PyTorch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gansearch.cli._options import Home, Json, Replicate, StorageUrl, StudyName, TrackingUri
from gansearch.cli._text import print_json

if TYPE_CHECKING:
    from gansearch.executors.registering import RegisteredGenerator


def export(
    study: StudyName,
    number: Annotated[
        int | None, typer.Argument(help="Number of a trial.", metavar="[NUMBER]", min=0, show_default=False)
    ] = None,
    best: Annotated[bool, typer.Option("--best", help="The best run of the study, in place of a number.")] = False,
    replicate: Replicate = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder to write. Default: a new one in this folder, called as the run.",
            metavar="DIR",
            file_okay=False,
            show_default=False,
        ),
    ] = None,
    register: Annotated[
        bool,
        typer.Option(
            "--register", help="Register it as a model of MLflow too; a folder is then kept only where --out names one."
        ),
    ] = False,
    tracking_uri: TrackingUri = None,
    as_json: Json = False,
    home: Home = None,
    storage_url: StorageUrl = None,
) -> None:
    """Write a trained generator as plain PyTorch.

    A folder with a small torch.nn.Module that needs torch and safetensors alone, its parameters, a model card and a
    sample grid. With --register it becomes a version of the MLflow model that is called as the study.
    """
    if (number is None) != best:
        raise typer.BadParameter("give the number of a trial, or --best", param_hint="NUMBER")

    if tracking_uri is not None and not register:
        raise typer.BadParameter("is for --register", param_hint="--tracking-uri")
    if register:
        _register(study, number, replicate, out, tracking_uri, as_json)
        return

    from gansearch.executors.exporting import export_generator

    made = export_generator(study, number, replicate=replicate, out=out)
    if as_json:
        paths = {name: str(made.folder / name) for name in made.files}
        print_json({"run": str(made.identity), "folder": str(made.folder), "files": paths, "largest_gap": made.gap})
        return
    typer.echo(f"{made.identity}: {', '.join(made.files)} in {made.folder}")
    typer.echo(
        f"draw samples with  cd {made.folder} && python -c 'import generator; print(generator.sample(64).shape)'"
    )


def _register(
    study: str, number: int | None, replicate: int | None, out: Path | None, tracking_uri: str | None, as_json: bool
) -> None:
    from gansearch.executors.registering import register_generator

    made = register_generator(study, number, replicate=replicate, out=out, tracking_uri=tracking_uri)
    if as_json:
        print_json(described(made, out))
        return
    alias = ", which is `best` now" if made.is_best else "; not `best`, for it is not the best run"
    typer.echo(f"{made.exported.identity}: version {made.model.version} of the model {made.model.name}{alias}")
    if out is not None:
        typer.echo(f"exported to {out}")
    typer.echo(f'draw samples with  mlflow.pyfunc.load_model("{made.model.uri}").predict({{"n": [64], "seed": [0]}})')


def described(made: RegisteredGenerator, out: Path | None) -> dict[str, Any]:
    """A registration as plain values: the form of ``--json``."""
    return {
        "run": str(made.exported.identity),
        "model": made.model.name,
        "version": made.model.version,
        "uri": made.model.uri,
        "best": made.is_best,
        "folder": None if out is None else str(out),
        "largest_gap": made.exported.gap,
    }
