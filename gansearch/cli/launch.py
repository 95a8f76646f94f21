"""``gansearch launch``: check a search space, run it, say where the report is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Optional

import typer

from gansearch.cli._options import DataDir, Home, Json, Plugins, TrackingUri
from gansearch.cli._run import Executor, run_and_tell

Setting = Annotated[
    Optional[list[str]],
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
        Optional[str], typer.Option(help="Name of the study. Default: the space's name.", show_default=False)
    ] = None,
    trials: Annotated[Optional[int], typer.Option(help="Overrides plan.trials.", min=1, show_default=False)] = None,
    epochs: Annotated[Optional[int], typer.Option(help="Overrides training.epochs.", min=1, show_default=False)] = None,
    executor: Executor = "ray_tune",
    address: Annotated[
        Optional[str],
        typer.Option(help="Ray cluster to join. Default: $RAY_ADDRESS, else this machine.", show_default=False),
    ] = None,
    data_dir: DataDir = None,
    tracking_uri: TrackingUri = None,
    plugin: Plugins = None,
    seed: Annotated[
        Optional[int], typer.Option(help="Of the study. Default: the plan's.", min=0, show_default=False)
    ] = None,
    set_: Setting = None,
    as_json: Json = False,
    home: Home = None,
) -> None:
    """Launch a search space as a study, and show it until it ends.

    Ctrl-C once ends it cleanly: every trial writes its checkpoint, and `gansearch resume NAME` goes on from there.
    """
    overrides = parse_settings(set_) if set_ else {}
    overrides |= {"plan.trials": trials} if trials is not None else {}
    overrides |= {"training.epochs": epochs} if epochs is not None else {}

    from gansearch.executors.launch import LaunchOptions
    from gansearch.executors.launch import launch as launch_study
    from gansearch.plugins import load_file
    from gansearch.space import load_space

    for path in plugin or ():
        load_file(path)
    loaded = load_space(space, overrides)
    options = LaunchOptions(name, executor, tracking_uri, data_dir, tuple(plugin or ()), address, seed)
    run_and_tell(lambda watch, say: launch_study(loaded, options, watch=watch, say=say), as_json=as_json)


def parse_settings(said: Sequence[str]) -> dict[str, Any]:
    """``["training.batch_size=64"]`` as ``{"training.batch_size": 64}``; values are YAML, as in a file.

    Raises:
        typer.BadParameter: where one is not KEY=VALUE; usage errors exit with 2.
        SpaceError: where a value is not YAML.
    """
    from gansearch.space.problems import Problems
    from gansearch.space.yaml_text import compose

    found: dict[str, Any] = {}
    problems = Problems()
    for each in said:
        key, equals, value = each.partition("=")
        if not (key.strip() and equals):
            raise typer.BadParameter(f"must be KEY=VALUE; got {each!r}", param_hint="--set")
        node = compose(value, f"--set {key}", problems, key.strip())
        found[key.strip()] = None if node is None else node.plain()
    problems.raise_if_any()
    return found
