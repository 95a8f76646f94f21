"""The page of commands, from what typer knows about them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from typer.main import get_command

from gansearch.cli._app import app


def sections() -> Iterator[str]:
    """One section a command, subcommands included."""
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        yield from _of(f"gansearch {name}", command)


def _of(name: str, command: Any) -> Iterator[str]:
    if hasattr(command, "commands"):
        for child, each in command.commands.items():
            yield from _of(f"{name} {child}", each)
        return
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    options = [each for each in command.params if each.param_type_name == "option" and not each.hidden]
    usage = " ".join([name, *(each.metavar or each.name.upper() for each in arguments), "[OPTIONS]" if options else ""])
    parts = [f"## `{name}`", f"`{usage.strip()}`", _text(command.help)]
    if arguments or options:
        parts.append("\n".join(["| | |", "|---|---|", *map(_row, [*arguments, *options])]))
    yield "\n\n".join(parts)


def _row(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        written = parameter.metavar or parameter.name.upper()
    else:
        written = ", ".join(parameter.opts)
        if not parameter.is_flag:
            written += f" {_placeholder(parameter)}"
    shown = parameter.default is not None and parameter.default != () and not getattr(parameter, "is_flag", False)
    default = f" Default: `{parameter.default}`." if shown and parameter.show_default else ""
    return f"| `{written}` | {_text(parameter.help)}{default} |"


def _placeholder(parameter: Any) -> str:
    return str(parameter.metavar or parameter.name.upper()).replace("|", "\\|")


def _text(said: str | None) -> str:
    return " ".join((said or "").split())
