"""``gansearch cluster up``, ``gansearch cluster down`` and ``gansearch cluster status``."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gansearch.cli._next import command
from gansearch.cli._options import Home, Json
from gansearch.cli._text import columns, print_json

if TYPE_CHECKING:
    from gansearch.executors.own_cluster.layout import Layout
    from gansearch.executors.own_cluster.state import State

commands = typer.Typer(
    help="Start a whole service on this machine, for trying.\n\nRay nodes, MLflow and a database, all on loopback.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


class Database(StrEnum):
    """What runs and decisions are kept in."""

    AUTO = "auto"
    POSTGRESQL = "postgresql"
    SQLITE = "sqlite"


Workers = Annotated[
    int | None,
    typer.Option(help="Worker nodes beside the head, which runs no trials. Default: 2.", min=1, max=64, metavar="N"),
]
Cpus = Annotated[
    int | None, typer.Option("--num-cpus", help="Logical CPUs of each worker. Default: 1.", min=1, metavar="N")
]
Gpus = Annotated[
    int | None, typer.Option("--num-gpus", help="Logical GPUs of each worker. Default: 0.", min=0, metavar="N")
]
Kept = Annotated[
    Database, typer.Option("--database", help="Where runs and decisions go. Default: PostgreSQL where it can be used.")
]


@commands.command("up")
def up(
    workers: Workers = None,
    num_cpus: Cpus = None,
    num_gpus: Gpus = None,
    database: Kept = Database.AUTO,
    as_json: Json = False,
    home: Home = None,
) -> None:
    """Start the service, or what has died of it; what a shell needs to use it is printed."""
    import signal

    from gansearch.executors.own_cluster.databases import Wish
    from gansearch.executors.own_cluster.layout import layout
    from gansearch.executors.own_cluster.up import Wanted, bring_up

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends what was started, as Ctrl-C does
    where = layout()
    wanted = Wanted(workers, num_cpus, num_gpus, Wish(database.value))
    started = bring_up(where, wanted, lambda sentence: typer.echo(sentence, err=True))
    if as_json:
        print_json({"started": started.new, **_document(where, started.state)})
        return
    typer.echo("the cluster is up" if started.new else "the cluster was up already; nothing was started")
    _print(where, started.state)


@commands.command("down")
def down(
    remove_data: Annotated[
        bool,
        typer.Option("--remove-data", help="Also remove runs, artifacts, decisions of studies, secrets and logs."),
    ] = False,
    as_json: Json = False,
    home: Home = None,
) -> None:
    """End exactly what was started here; runs, artifacts and decisions stay."""
    from gansearch.executors.own_cluster.down import bring_down
    from gansearch.executors.own_cluster.layout import layout

    ended = bring_down(layout(), remove_data=remove_data)
    if as_json:
        print_json(asdict(ended))
        return
    forced = f"; {ended.killed} of its processes had to be killed" if ended.killed else ""
    typer.echo(f"ended: {', '.join(ended.parts)}{forced}" if ended.parts else "no cluster of this home is up")
    if ended.removed is not None:
        typer.echo(f"removed: {ended.removed}")


@commands.command("status")
def status(as_json: Json = False, home: Home = None) -> None:
    """Show what was started, and whether it answers."""
    from gansearch.executors.own_cluster.layout import layout
    from gansearch.executors.own_cluster.standing import standing

    where = layout()
    found = standing(where)
    if as_json:
        document = {"parts": []} if found is None else _document(where, found[0])
        print_json(document | {"parts": [asdict(part) for part in found[1]] if found else [], "up": found is not None})
        return
    if found is None:
        typer.echo(f"no cluster of this home is up\nnext: {command('cluster', 'up')}")
        return
    rows = [(part.name, part.standing, str(part.pid), part.where, part.log) for part in found[1]]
    typer.echo(columns([("part", "", "pid", "address", "log"), *rows]) + "\n")
    _print(where, found[0])
    if any(part.standing != "answers" for part in found[1]):
        typer.echo(f"some of it does not answer: {command('cluster', 'up')} starts that again")


def _print(layout: Layout, state: State) -> None:
    from gansearch.executors.own_cluster.up import environment

    rows = [(f"{name}:", value) for name, value in _summary(state).items()]
    typer.echo(columns(rows) + "\n\nin the shell that is to use it:")
    for name, value in environment(layout, state).items():
        typer.echo(f"  export {name}={_quoted(value)}")
    typer.echo(f"\nnext: gansearch launch quickstart\nat the end: {command('cluster', 'down')}")


def _summary(state: State) -> dict[str, str]:
    from gansearch.executors.own_cluster.mlflow_service import tracking_uri
    from gansearch.executors.own_cluster.ray_nodes import address, dashboard

    return {
        "nodes": f"a head without trials; workers: {state.workers}, of {state.num_cpus} CPUs and {state.num_gpus} GPUs",
        "Ray": f"{address(state)}, token required",
        "dashboard and jobs": dashboard(state),
        "MLflow": tracking_uri(state),
        "database": f"{state.database}: {state.database_reason}",
    }


def _document(layout: Layout, state: State) -> dict[str, Any]:
    """A cluster as plain values: the form of ``--json``."""
    from gansearch.executors.own_cluster.mlflow_service import tracking_uri
    from gansearch.executors.own_cluster.ray_nodes import address, dashboard
    from gansearch.executors.own_cluster.up import environment

    return {
        "address": address(state),
        "dashboard": dashboard(state),
        "tracking_uri": tracking_uri(state),
        "database": state.database,
        "database_reason": state.database_reason,
        "workers": state.workers,
        "num_cpus": state.num_cpus,
        "num_gpus": state.num_gpus,
        "versions": state.versions,
        "environment": environment(layout, state),
        "parts": [part.name for part in state.parts],
        "folder": str(layout.folder),
    }


def _quoted(value: str) -> str:
    import shlex

    return shlex.quote(value)
