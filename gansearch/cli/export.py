"""``gansearch export``: the generator of a run as plain PyTorch."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gansearch.cli._options import Home, Json, Replicate, StorageUrl, StudyName
from gansearch.cli._text import print_json


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
    as_json: Json = False,
    home: Home = None,
    storage_url: StorageUrl = None,
) -> None:
    """Write a trained generator as plain PyTorch.

    A folder with a small torch.nn.Module that needs torch and safetensors alone, its parameters, a model card and a
    sample grid.
    """
    if (number is None) != best:
        raise typer.BadParameter("give the number of a trial, or --best", param_hint="NUMBER")

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
