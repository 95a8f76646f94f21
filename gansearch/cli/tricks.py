"""``gansearch tricks list`` and ``gansearch tricks show``."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gansearch.cli._options import Json, Plugins
from gansearch.cli._text import columns, print_json

if TYPE_CHECKING:
    from gansearch.tricks import Trick

commands = typer.Typer(help="Look at the training tricks.", no_args_is_help=True, rich_markup_mode=None)


@commands.command("list")
def list_tricks(as_json: Json = False, plugin: Plugins = None) -> None:
    """List every trick with its slot and its paper."""
    found = [_described(trick) for trick in _registry(plugin)]
    if as_json:
        print_json(found)
        return
    rows = [("trick", "slot", "source"), *((each["name"], each["slot"] or "-", each["paper"]) for each in found)]
    typer.echo(columns(rows))


@commands.command("show")
def show_trick(
    name: Annotated[str, typer.Argument(help="Name of a trick.", metavar="NAME", show_default=False)],
    as_json: Json = False,
    plugin: Plugins = None,
) -> None:
    """Show what a trick does, its dimensions, and how to search over it."""
    said = _described(_registry(plugin).get(name))
    if as_json:
        print_json(said)
        return
    typer.echo(f"{said['name']}: {said['description']}\n\nsource  {said['paper']}")
    if said["facts"]:
        typer.echo(f"facts   {', '.join(said['facts'])}")
    typer.echo(f"\n{_example(said)}")
    if said["fields"]:
        rows = [
            (field["name"], str(field["default"]), field["range"] or "-", field["meaning"]) for field in said["fields"]
        ]
        typer.echo("\n" + columns([("field", "default", "range", "meaning"), *rows]))


def _registry(plugins: Plugins) -> Any:
    from gansearch.plugins import load_file
    from gansearch.tricks import tricks

    for path in plugins or ():
        load_file(path)
    return tricks


def _described(trick: type[Trick]) -> dict[str, Any]:
    """A trick as plain values: the form of ``--json``."""
    from dataclasses import asdict

    from gansearch.dimensions import declared
    from gansearch.space.dimension_values import dimension_text

    fields = [
        {
            "name": said.name,
            "default": said.default,
            "range": None if said.dimension is None else f"{{{dimension_text(said.dimension)}}}",
            "unit": said.unit,
            "meaning": said.meaning,
            "may_differ_in_a_pack": said.may_differ,
        }
        for said in declared(trick).values()
    ]
    return {
        "name": trick.name,
        "slot": trick.slot,
        "paper": trick.paper,
        "description": " ".join((inspect.getdoc(trick) or "").replace("``", "`").split()),
        "facts": [name for name, holds in asdict(trick.facts).items() if holds],
        "fields": fields,
    }


def _example(said: dict[str, Any]) -> str:
    """The lines that search over this trick."""
    if said["slot"] is None:
        searched = "".join(f", {field['name']}: {field['range']}" for field in said["fields"] if field["range"])
        return f"tricks:\n  {said['name']}: {{enabled: {{choice: [true, false]}}{searched}}}"
    lines = f"tricks:\n  {said['slot']}: {{choice: [off, {said['name']}]}}"
    searched = ", ".join(f"{field['name']}: {field['range']}" for field in said["fields"] if field["range"])
    return f"{lines}\n  {said['name']}: {{{searched}}}" if searched else lines
