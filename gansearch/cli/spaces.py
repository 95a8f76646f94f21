"""``gansearch spaces list``, ``gansearch spaces show`` and ``gansearch spaces check``."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gansearch.cli._errors import MENDABLE
from gansearch.cli._options import Json, Plugins
from gansearch.cli._text import columns, print_json

if TYPE_CHECKING:
    from gansearch.space import SearchSpace

commands = typer.Typer(help="Look at search spaces, and check your own.", no_args_is_help=True, rich_markup_mode=None)

Space = Annotated[
    str, typer.Argument(help="A name in search_spaces/, or a YAML file.", metavar="SPACE", show_default=False)
]


@commands.command("list")
def list_spaces(as_json: Json = False) -> None:
    """List the search spaces that can be launched by name."""
    from gansearch.space import list_spaces as entries

    found = [{"name": each.name, "description": each.description, "origin": str(each.path)} for each in entries()]
    if as_json:
        print_json(found)
        return
    typer.echo(columns([("space", "what it searches"), *((each["name"], each["description"]) for each in found)]))


@commands.command("show")
def show_space(space: Space, as_json: Json = False, plugin: Plugins = None) -> None:
    """Show a search space: its file, and each dimension with the condition under which it is asked for."""
    from gansearch.space import describe

    loaded = _load(space, plugin)
    if as_json:
        print_json(_document(loaded))
        return
    typer.echo(f"# {loaded.origin}\n{loaded.source.rstrip()}\n")
    rows = [(row.path, row.dimension, row.conditions) for row in describe(loaded) if row.searched]
    typer.echo(columns([("dimension", "values", "asked for when"), *rows]))
    for note in loaded.notes:
        typer.echo(f"note: {note}")


@commands.command("check")
def check_space(space: Space, as_json: Json = False, plugin: Plugins = None) -> None:
    """Check a search space without starting anything; every problem is shown at once."""
    from gansearch.errors import SpaceError

    try:
        loaded = _load(space, plugin)
    except SpaceError as error:
        if not as_json:
            raise
        print_json({"ok": False, "problems": [asdict(problem) for problem in error.problems]})
        raise typer.Exit(MENDABLE) from None
    if as_json:
        print_json({"ok": True, "problems": [], **_summary(loaded)})
        return
    said = _summary(loaded)
    trials = "without a bound" if said["trials"] is None else str(said["trials"])
    typer.echo(f"{loaded.origin}: ok: {said['kind']}, trials: {trials}, searched dimensions: {said['dimensions']}")


def _load(space: str, plugins: Plugins) -> SearchSpace:
    from gansearch.plugins import load_file
    from gansearch.space import load_space

    for path in plugins or ():
        load_file(path)
    return load_space(space)


def _summary(space: SearchSpace) -> dict[str, Any]:
    trials = len(space.grid()) if space.plan.kind == "grid" else space.plan.trials
    return {
        "name": space.name,
        "kind": space.plan.kind,
        "trials": trials,
        "dimensions": len(space.parameters),
        "origin": space.origin,
    }


def _document(space: SearchSpace) -> dict[str, Any]:
    """A space as plain values: the form of ``--json``."""
    from gansearch.space import describe

    return {
        **_summary(space),
        "settings": [asdict(row) for row in describe(space)],
        "objectives": [asdict(objective) for objective in space.plan.objectives],
        "sampler": dict(space.plan.sampler),
        "pruner": dict(space.plan.pruner),
        "resources": asdict(space.resources),
        "detectors": space.detectors.mode,
        "notes": list(space.notes),
        "source": space.source,
    }
