"""``gansearch plan``: what a plan will come to, or its runs as a list for machines with torch and little else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gansearch.cli._options import (
    DataDir,
    Epochs,
    Home,
    InceptionWeights,
    Json,
    NewName,
    Plugins,
    Seed,
    SkipBad,
    SpaceName,
    Trials,
)
from gansearch.cli._settings import Setting, parse_settings, quoted
from gansearch.cli._text import print_json

if TYPE_CHECKING:
    from gansearch.space import SearchSpace
    from gansearch.trial.context import TrialContext


def plan(
    space: SpaceName,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Write the runs as a list, and show nothing.", metavar="SPEC.json", dir_okay=False, show_default=False
        ),
    ] = None,
    like: Annotated[
        str | None,
        typer.Option(
            help="Study, or folder of part-*.parquet, whose runs say what a step takes and how much seeds vary.",
            metavar="STUDY|FOLDER",
            show_default=False,
        ),
    ] = None,
    no_measure: Annotated[
        bool, typer.Option("--no-measure", help="Time nothing on this machine, which takes some seconds.")
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(
            help="Packs that train at a time. Default: resources.concurrent, else what this machine holds.",
            metavar="N",
            min=1,
            show_default=False,
        ),
    ] = None,
    name: NewName = None,
    trials: Trials = None,
    epochs: Epochs = None,
    data_dir: DataDir = None,
    skip_bad: SkipBad = False,
    inception_weights: InceptionWeights = None,
    plugin: Plugins = None,
    seed: Seed = None,
    set_: Setting = None,
    as_json: Json = False,
    home: Home = None,
) -> None:
    """Show what a plan comes to before anything starts.

    That is its runs, their cost, and the effects that they can detect.
    With `--out` a grid, or a random search, is written as a list.
    `python -m gansearch.trial.runner SPEC.json --out DIR` trains it with torch, numpy, safetensors and jaxtyping alone;
    `gansearch import DIR --study NAME` makes a study of it.
    """
    if out is not None and (like is not None or no_measure or workers is not None or as_json):
        raise typer.BadParameter(
            "--out writes a list and shows nothing: leave out --like, --no-measure, --workers, --json"
        )
    short = {
        "plan.trials": trials,
        "training.epochs": epochs,
        "dataset.skip_bad": skip_bad or None,
        "evaluation.inception_weights": None if inception_weights is None else quoted(inception_weights),
    }
    overrides: dict[str, object] = {**parse_settings(set_ or ())}
    overrides |= {key: value for key, value in short.items() if value is not None}

    from gansearch.plugins import load_file
    from gansearch.space import load_space

    for path in plugin or ():
        load_file(path)
    loaded = load_space(space, overrides)
    if out is not None:
        _write(loaded, out, name, seed, data_dir, tuple(plugin or ()))
        return

    from gansearch.cli._plan_tables import described, told
    from gansearch.reporting.plan_preview import PreviewOptions, preview

    found = preview(loaded, _context(loaded, data_dir), PreviewOptions(like, not no_measure, workers))
    print_json(described(found)) if as_json else typer.echo(told(found))


def _write(
    space: SearchSpace, out: Path, name: str | None, seed: int | None, data_dir: Path | None, plugins: tuple[Path, ...]
) -> None:
    from gansearch.executors.listing import list_of
    from gansearch.storage.disk_errors import storage_errors
    from gansearch.trial.spec import to_text

    spec = list_of(
        space,
        name=name,
        seed=seed,
        data_dir=data_dir,
        plugins=plugins,
        say=lambda sentence: typer.echo(sentence, err=True),
    )
    with storage_errors("written", str(out)):
        out.write_text(to_text(spec), encoding="utf-8")
    typer.echo(f"{len(spec.assignments)} runs of {spec.study} in {out}")
    typer.echo(f"train them with  python -m gansearch.trial.runner {out.name} --out DIR")


def _context(space: SearchSpace, data_dir: Path | None) -> TrialContext:
    """What trials would share; nothing is written where the storage would be."""
    from gansearch.executors.launch import LaunchOptions, trial_context
    from gansearch.storage import Storage
    from gansearch.storage.home import home

    return trial_context(space, Storage(home()), LaunchOptions(name=space.name, data_dir=data_dir))
