"""Tables on a terminal: drawn by rich where it is installed, else in plain characters."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

Cell: TypeAlias = float | int | str | bool | None
Row: TypeAlias = Mapping[str, Cell]

WIDTH_OF_FILES: Final = 200
"""Characters in a line where the output is no terminal."""


@dataclass(frozen=True)
class Table:
    """Rows of one form under a title."""

    title: str
    rows: Sequence[Row]
    note: str = ""
    """What a reader must know beside it."""

    @property
    def columns(self) -> list[str]:
        """Every key of any row, in the order of their first appearance."""
        return list(dict.fromkeys(key for row in self.rows for key in row))


def show(table: Table) -> None:
    """Print a table."""
    if importlib.util.find_spec("rich") is None:
        print(plain(table))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table as Drawn
    from rich.text import Text

    drawn = Drawn(box=box.SIMPLE_HEAD)
    for column in table.columns:
        drawn.add_column(Text(column), justify="left" if column == table.columns[0] else "right")
    for row in table.rows:
        drawn.add_row(*(Text(text(row.get(column))) for column in table.columns))
    console = Console()
    if not console.is_terminal:
        console.width = WIDTH_OF_FILES
    console.print(Text(table.title, style="bold"), drawn, Text(table.note, style="dim"))


def plain(table: Table) -> str:
    """A table in plain characters, columns set to their widest cell."""
    lines = [table.columns, *([text(row.get(column)) for column in table.columns] for row in table.rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    drawn = ["  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
    return "\n".join([table.title, *drawn, *([table.note] if table.note else []), ""])


def text(cell: Cell) -> str:
    """A cell as it is printed: floats to three significant digits, nothing for None."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return f"{cell:,.0f}" if abs(cell) >= 1000 else f"{cell:.3g}"
    return str(cell)
