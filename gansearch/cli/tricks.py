"""``gansearch tricks list`` and ``gansearch tricks show``."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import typer

from gansearch.cli._options import Json, Plugins
from gansearch.cli._text import print_json

commands = typer.Typer(help="Look at the training tricks.", no_args_is_help=True, rich_markup_mode=None)

WIDTH = 80
UNBROKEN = "\N{NO-BREAK SPACE}"


@commands.command("list")
def list_tricks(as_json: Json = False, plugin: Plugins = None) -> None:
    """List every technique with its number, whether it works, what switches it on and its file; plug-ins at the end."""
    _load(plugin)
    from gansearch.cli import _cards
    from gansearch.tricks import tricks
    from gansearch.tricks.rows import groups, rows

    if as_json:
        all_rows = [_cards.described_row(row) for row in rows()]
        print_json({"rows": all_rows, "tricks": [_cards.described_trick(each) for each in tricks]})
        return
    for group, members in groups().items():
        typer.echo(f"{group}\n")
        for row in members:
            typer.echo("\n".join(_row_lines(_cards.described_row(row))))
        typer.echo("")
    others = _cards.without_a_row()
    if others:
        typer.echo("of plug-ins\n")
        for cls in others:
            switch = f"tricks.{cls.slot}: {cls.name}" if cls.slot else f"tricks.{cls.name}"
            typer.echo("\n".join(_entry("-", "works", cls.paper, switch)))
        typer.echo("")
    typer.echo("gansearch tricks show NAME, or the number, tells more")


@commands.command("show")
def show_trick(
    name: Annotated[
        str,
        typer.Argument(
            help="A trick, a slot, a network, a loss, an option of these, or the number of a row.",
            metavar="NAME",
            show_default=False,
        ),
    ],
    as_json: Json = False,
    plugin: Plugins = None,
) -> None:
    """Show what a trick or an option does, where it comes from, its dimensions, and how to search over it."""
    _load(plugin)
    from gansearch.cli._cards import cards

    found = cards(name)
    if as_json:
        print_json(found[0] if len(found) == 1 else found)
        return
    typer.echo("\n\n".join("\n".join(_row_card(card) if card["kind"] == "row" else _card(card)) for card in found))


def _load(plugins: Plugins) -> None:
    from gansearch.plugins import load_file

    for path in plugins or ():
        load_file(path)


def _row_lines(row: dict[str, Any]) -> list[str]:
    files = ", ".join(path.removeprefix("gansearch/") for path in row["files"])
    return _entry(row["number"], row["state"], row["title"], f"{_listed(row['settings'])} ({files})")


def _listed(settings: Sequence[str]) -> str:
    """Settings in a line that is broken between them alone."""
    return ", ".join(setting.replace(" ", UNBROKEN) for setting in settings) or "always there"


def _entry(number: str, state: str, title: str, where: str) -> list[str]:
    """Two lines or more: number, state and title; then what switches it on, and its files."""
    head = f"  {number:>2}  {state:<7}  "
    return [*_wrapped(title, head), *_wrapped(where, " " * len(head))]


def _wrapped(text: str, indent: str) -> list[str]:
    later = " " * len(indent)
    lines = textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=later, break_long_words=False, break_on_hyphens=False
    )
    return [line.replace(UNBROKEN, " ") for line in lines]


def _row_card(row: dict[str, Any]) -> Iterator[str]:
    yield f"row {row['number']}: {row['title']}"
    yield ""
    said = {
        "state": row["state"],
        "group": row["group"],
        "seeds": ", ".join(row["seeds"]) or "beside the seeds",
        "source": row["citation"],
        "setting": _listed(row["settings"]),
        "code": ", ".join(row["files"]),
        "test": ", ".join(row["tests"]),
    }
    yield from _said(said)


def _card(card: dict[str, Any]) -> Iterator[str]:
    title = f"{card['kind']} {card['name']}"
    yield f"{title}, of {card['of']}" if "of" in card else title
    yield ""
    if card.get("description"):
        yield f"{card['description']}\n"
    rows = ", ".join(card["rows"])
    said = {"source": card.get("source"), "facts": ", ".join(card.get("facts", ())), "rows": rows}
    lines = list(_said({key: value for key, value in said.items() if value}))
    yield from lines
    if card["example"]:
        yield f"\n{card['example']}" if lines else card["example"]
    if card["fields"]:
        yield ""
        for field in card["fields"]:
            yield from _field_lines(field)


def _field_lines(field: dict[str, Any]) -> Iterator[str]:
    """``name = default``, the recommended range, the limits where they are wider; below, the meaning."""
    from gansearch.space.dimension_values import text

    limits = "" if field["limits"] == field["range"] else f"  within {field['limits']}"
    yield f"{field['name']} = {text(field['default'])}  {field['range'] or 'fixed'}{limits}"
    unit = f" [{field['unit']}]" if field["unit"] else ""
    yield from _wrapped(f"{field['meaning']}{unit}", "    ")


def _said(said: dict[str, str]) -> Iterator[str]:
    for key, value in said.items():
        yield from _wrapped(value, f"{key:<7}  ")
