"""The table of every trick, option and technique that the project's seeds name, and of ten beside them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

TABLE = "rows.toml"
GROUPS = (
    "networks",
    "samples and latents",
    "losses",
    "labels",
    "classes",
    "batches",
    "regularisers",
    "optimizers and schedules",
    "plans",
    "seeing and judging",
)
"""The headings that rows stand under, in order."""


@dataclass(frozen=True)
class Row:
    """One technique: what switches it on, where it is made, and what proves it."""

    number: str
    """1 to 61: of the seeds; a to j: beside them."""
    group: str
    """The heading that it stands under."""
    title: str
    seeds: tuple[str, ...]
    """The documents that name it, with the item: ``002#5``."""
    settings: tuple[str, ...]
    """What switches it on in a search space, as ``path`` or ``path: value``; none where it is always there."""
    files: tuple[str, ...]
    """Where the code lies, from the root of the repository."""
    tests: tuple[str, ...]
    """The tests that prove its number, as ``path::name``."""
    citation: str

    @property
    def tricks(self) -> tuple[str, ...]:
        """Names of the tricks and slots among the settings."""
        paths = [setting.split(":")[0].split(".") for setting in self.settings]
        return tuple(dict.fromkeys(path[1] for path in paths if path[0] == "tricks"))


@cache
def rows() -> tuple[Row, ...]:
    """Every row, in the order of the table."""
    table = tomllib.loads(files(__package__).joinpath(TABLE).read_text(encoding="utf-8"))
    return tuple(Row(**{key: _frozen(value) for key, value in each.items()}) for each in table["row"])


def groups() -> dict[str, list[Row]]:
    """The rows by their headings."""
    return {group: [row for row in rows() if row.group == group] for group in GROUPS}


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
