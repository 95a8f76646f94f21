"""``gansearch launch``: check a search space, run it, say where the report is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from gansearch.cli._options import Address, DataDir, Home, Json, Plugins, TrackingUri
from gansearch.cli._run import Executor, ExecutorName, run_and_tell

Setting = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help="Override one key of the space, as training.batch_size=64. The value is YAML. Repeatable.",
        metavar="KEY=VALUE",
        show_default=False,
    ),
]


def launch(
    space: Annotated[
        str, typer.Argument(help="A name in search_spaces/, or a YAML file.", metavar="SPACE", show_default=False)
    ],
    name: Annotated[
        str | None,
        typer.Option(help="Name of the study. Default: the space's name.", metavar="NAME", show_default=False),
    ] = None,
    trials: Annotated[
        int | None, typer.Option(help="Overrides plan.trials.", metavar="N", min=1, show_default=False)
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(help="Overrides training.epochs.", metavar="N", min=1, show_default=False)
    ] = None,
    executor: Executor = ExecutorName.RAY_TUNE,
    address: Address = None,
    data_dir: DataDir = None,
    tracking_uri: TrackingUri = None,
    plugin: Plugins = None,
    seed: Annotated[
        int | None, typer.Option(help="Of the study. Default: the plan's.", metavar="N", min=0, show_default=False)
    ] = None,
    set_: Setting = None,
    as_json: Json = False,
    home: Home = None,
) -> None:
    """Launch a search space as a study.

    Ctrl-C once ends it cleanly: every trial writes its checkpoint, and `gansearch resume NAME` goes on from there.
    """
    short = {"plan.trials": trials, "training.epochs": epochs}
    overrides: dict[str, object] = {**parse_settings(set_ or ())}
    overrides |= {key: value for key, value in short.items() if value is not None}

    from gansearch.executors.launch import LaunchOptions
    from gansearch.executors.launch import launch as launch_study
    from gansearch.plugins import load_file
    from gansearch.space import load_space

    for path in plugin or ():
        load_file(path)
    loaded = load_space(space, overrides)
    options = LaunchOptions(name, executor.value, tracking_uri, data_dir, tuple(plugin or ()), address, seed)
    run_and_tell(
        lambda watch, say: launch_study(loaded, options, watch=watch, say=say),
        as_json=as_json,
        tracking_uri=tracking_uri,
    )


def parse_settings(said: Sequence[str]) -> dict[str, str]:
    """``["training.batch_size=64"]`` as ``{"training.batch_size": "64"}``; the space reads the values as YAML.

    Raises:
        typer.BadParameter: where one is not KEY=VALUE; usage errors exit with 2.
    """
    found: dict[str, str] = {}
    for each in said:
        key, equals, value = each.partition("=")
        if not (key.strip() and equals):
            raise typer.BadParameter(f"must be KEY=VALUE; got {each!r}", param_hint="--set")
        found[key.strip()] = value.strip()
    return found
