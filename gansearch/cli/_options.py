"""Options that several commands share, with one wording."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

HOME_VARIABLE = "GANSEARCH_HOME"
STORAGE_VARIABLE = "GANSEARCH_STORAGE"


def _use_home(home: Path | None) -> Path | None:
    """Make ``home`` the home of everything that this process and its children do."""
    if home is not None:
        os.environ[HOME_VARIABLE] = str(home.expanduser().absolute())
    return home


def _use_storage(url: str | None) -> str | None:
    """Make ``url`` the place of studies for this process and its children."""
    if url is not None:
        os.environ[STORAGE_VARIABLE] = url
    return url


Home = Annotated[
    Path | None,
    typer.Option(
        help="Folder of studies, caches and the MLflow store. Default: $GANSEARCH_HOME, else ~/.gansearch.",
        metavar="DIR",
        callback=_use_home,
        file_okay=False,
        show_default=False,
    ),
]
StorageUrl = Annotated[
    str | None,
    typer.Option(
        "--storage",
        help="Where studies lie: an fsspec URL, as s3://bucket/studies. Default: $GANSEARCH_STORAGE, else the home.",
        metavar="URL",
        callback=_use_storage,
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
Address = Annotated[
    str | None,
    typer.Option(
        help="Ray cluster to join. Default: $RAY_ADDRESS, else this machine.", metavar="ADDRESS", show_default=False
    ),
]
DataDir = Annotated[
    Path | None,
    typer.Option(
        help="Folder that holds one folder a data set, as mnist/. Default: $GANSEARCH_DATA.",
        metavar="DIR",
        show_default=False,
    ),
]
TrackingUri = Annotated[
    str | None,
    typer.Option(
        help="MLflow tracking store. Default: $MLFLOW_TRACKING_URI, else SQLite in the home folder.",
        metavar="URI",
        show_default=False,
    ),
]
Plugins = Annotated[
    list[Path] | None,
    typer.Option(
        "--plugin",
        help="Python file with tricks, detectors, metrics, networks or data sets of your own. Repeatable.",
        metavar="FILE",
        show_default=False,
    ),
]
StudyName = Annotated[str, typer.Argument(help="Name of a study.", metavar="NAME", show_default=False)]
TrialNumber = Annotated[int, typer.Argument(help="Number of a trial.", metavar="NUMBER", min=0, show_default=False)]
Replicate = Annotated[
    int | None,
    typer.Option(help="Which replicate, where the trial has several.", metavar="R", min=0, show_default=False),
]
SpaceName = Annotated[
    str, typer.Argument(help="A name in search_spaces/, or a YAML file.", metavar="SPACE", show_default=False)
]
NewName = Annotated[
    str | None, typer.Option(help="Name of the study. Default: the space's name.", metavar="NAME", show_default=False)
]
Trials = Annotated[int | None, typer.Option(help="Overrides plan.trials.", metavar="N", min=1, show_default=False)]
Epochs = Annotated[int | None, typer.Option(help="Overrides training.epochs.", metavar="N", min=1, show_default=False)]
SkipBad = Annotated[
    bool,
    typer.Option("--skip-bad", help="Go on without pictures that cannot be read (dataset.skip_bad)."),
]
InceptionWeights = Annotated[
    Path | None,
    typer.Option(
        help="File of Inception weights, for the standard FID and KID (evaluation.inception_weights).",
        metavar="FILE",
        show_default=False,
    ),
]
Notify = Annotated[
    str | None,
    typer.Option(
        help="Webhook that is told of the end and of new bests. Default: $GANSEARCH_NOTIFY, which keeps a secret one "
        "off the command line.",
        metavar="URL",
        show_default=False,
    ),
]
Seed = Annotated[
    int | None, typer.Option(help="Of the study. Default: the plan's.", metavar="N", min=0, show_default=False)
]
