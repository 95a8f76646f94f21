"""``gansearch launch``: check a search space, run it, say where the report is."""

from __future__ import annotations

from typing import Annotated

import typer

from gansearch.cli._options import (
    Address,
    DataDir,
    Epochs,
    Home,
    InceptionWeights,
    Json,
    NewName,
    Notify,
    Plugins,
    Seed,
    SkipBad,
    SpaceName,
    StorageUrl,
    TrackingUri,
    Trials,
)
from gansearch.cli._run import Executor, ExecutorName, run_and_tell
from gansearch.cli._settings import Setting, parse_settings, quoted
from gansearch.cli._there import Follow, drive_there, is_there, launch_there


def launch(
    space: SpaceName,
    name: NewName = None,
    trials: Trials = None,
    epochs: Epochs = None,
    executor: Executor = ExecutorName.RAY_TUNE,
    address: Address = None,
    data_dir: DataDir = None,
    skip_bad: SkipBad = False,
    inception_weights: InceptionWeights = None,
    tracking_uri: TrackingUri = None,
    plugin: Plugins = None,
    seed: Seed = None,
    set_: Setting = None,
    from_: Annotated[
        str | None,
        typer.Option(
            "--from", help="Begin with the best configurations of this study.", metavar="STUDY", show_default=False
        ),
    ] = None,
    from_top: Annotated[int, typer.Option(help="How many of them.", metavar="N", min=1, max=1000)] = 5,
    notify: Notify = None,
    follow: Follow = False,
    as_json: Json = False,
    home: Home = None,
    storage_url: StorageUrl = None,
) -> None:
    """Launch a search space as a study.

    Ctrl-C once ends it cleanly: every trial writes its checkpoint, and `gansearch resume NAME` goes on from there.
    """
    short = {
        "plan.trials": trials,
        "training.epochs": epochs,
        "dataset.skip_bad": skip_bad or None,
        "evaluation.inception_weights": None if inception_weights is None else quoted(inception_weights),
    }
    overrides: dict[str, object] = {**parse_settings(set_ or ())}
    overrides |= {key: value for key, value in short.items() if value is not None}

    from gansearch.executors.launch import LaunchOptions
    from gansearch.executors.launch import launch as launch_study
    from gansearch.executors.transfer import Source
    from gansearch.plugins import load_file
    from gansearch.space import load_space

    for path in plugin or ():
        load_file(path)
    loaded = load_space(space, overrides)
    source = None if from_ is None else Source(from_, from_top)
    options = LaunchOptions(name, executor.value, tracking_uri, data_dir, tuple(plugin or ()), address, seed, notify)
    if address is not None and is_there(address):
        place = storage_url or _place(address, from_)
        drive_there(address, launch_there(loaded, options, place, source), follow=follow, as_json=as_json)
        return
    run_and_tell(
        lambda watch, say: launch_study(loaded, options, source=source, watch=watch, say=say),
        as_json=as_json,
        tracking_uri=tracking_uri,
    )


def _place(address: str, study: str | None) -> str | None:
    """Where the study lies that another begins with, which has to lie beside it; None where nobody has said."""
    from gansearch.executors.jobs import JobServer

    return None if study is None else JobServer(address).storage(study)
