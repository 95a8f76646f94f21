"""Options that take ``KEY=VALUE``: ``--set`` overrides one key of a search space, ``--budget`` one bound of a study."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

Setting = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help="Override one key of the space, as training.batch_size=64. The value is YAML. Repeatable.",
        metavar="KEY=VALUE",
        show_default=False,
    ),
]


BudgetChange = Annotated[
    list[str] | None,
    typer.Option(
        "--budget",
        help="Change one bound of the budget: hours=20 sets it, hours=+5 adds to it, hours=null lifts it. Repeatable.",
        metavar="KEY=[+]N",
        show_default=False,
    ),
]


def parse_settings(said: Sequence[str], option: str = "--set") -> dict[str, str]:
    """``["training.batch_size=64"]`` as ``{"training.batch_size": "64"}``; the space reads the values as YAML.

    Raises:
        typer.BadParameter: where one is not KEY=VALUE; usage errors exit with 2.
    """
    found: dict[str, str] = {}
    for each in said:
        key, equals, value = each.partition("=")
        if not (key.strip() and equals):
            raise typer.BadParameter(f"must be KEY=VALUE; got {each!r}", param_hint=option)
        found[key.strip()] = value.strip()
    return found


def quoted(path: Path) -> str:
    """A path as the value of a setting: YAML reads 1e4 as a number."""
    return json.dumps(str(path))
