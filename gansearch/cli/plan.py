"""``gansearch plan``: a search space as a list of configurations, for machines with torch and little else."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gansearch.cli._options import (
    DataDir,
    Epochs,
    Home,
    InceptionWeights,
    NewName,
    Plugins,
    Seed,
    SkipBad,
    SpaceName,
    Trials,
)
from gansearch.cli._settings import Setting, parse_settings, quoted


def plan(
    space: SpaceName,
    out: Annotated[Path, typer.Option(help="File to write.", metavar="SPEC.json", dir_okay=False, show_default=False)],
    name: NewName = None,
    trials: Trials = None,
    epochs: Epochs = None,
    data_dir: DataDir = None,
    skip_bad: SkipBad = False,
    inception_weights: InceptionWeights = None,
    plugin: Plugins = None,
    seed: Seed = None,
    set_: Setting = None,
    home: Home = None,
) -> None:
    """Write a grid, or a random search, as a list.

    `python -m gansearch.trial.runner SPEC.json --out DIR` trains it with torch, numpy, safetensors and jaxtyping alone;
    `gansearch import DIR --study NAME` makes a study of it.
    """
    short = {
        "plan.trials": trials,
        "training.epochs": epochs,
        "dataset.skip_bad": skip_bad or None,
        "evaluation.inception_weights": None if inception_weights is None else quoted(inception_weights),
    }
    overrides: dict[str, object] = {**parse_settings(set_ or ())}
    overrides |= {key: value for key, value in short.items() if value is not None}

    from gansearch.executors.listing import list_of
    from gansearch.plugins import load_file
    from gansearch.space import load_space
    from gansearch.storage.disk_errors import storage_errors
    from gansearch.trial.spec import to_text

    for path in plugin or ():
        load_file(path)
    spec = list_of(
        load_space(space, overrides),
        name=name,
        seed=seed,
        data_dir=data_dir,
        plugins=tuple(plugin or ()),
        say=lambda sentence: typer.echo(sentence, err=True),
    )
    with storage_errors("written", str(out)):
        out.write_text(to_text(spec), encoding="utf-8")
    typer.echo(f"{len(spec.assignments)} runs of {spec.study} in {out}")
    typer.echo(f"train them with  python -m gansearch.trial.runner {out.name} --out DIR")
