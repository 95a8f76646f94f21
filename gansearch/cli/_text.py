"""What commands print: aligned columns, one JSON document, times and numbers as people read them."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

import typer


def columns(rows: Sequence[Sequence[str]], *, indent: str = "") -> str:
    """Rows as lines with aligned columns; no line is cut, so that piped output is whole."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(indent + line.rstrip() for line in lines)


def print_json(document: object) -> None:
    """Print one JSON document; a number that is not finite becomes null, as JSON has none."""
    typer.echo(json.dumps(_finite(document), indent=2, allow_nan=False, default=str))


def duration(seconds: float | None) -> str:
    """``73`` as ``1m13s``, ``None`` as ``-``."""
    if seconds is None or not math.isfinite(seconds):
        return "-"
    minutes, rest = divmod(round(max(0.0, seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes:02d}m"
    return f"{minutes}m{rest:02d}s" if minutes else f"{rest}s"


def number(value: float | None) -> str:
    """Four significant digits, ``-`` for None."""
    return "-" if value is None else f"{value:.4g}"


def _finite(document: object) -> object:
    if isinstance(document, float):
        return document if math.isfinite(document) else None
    if isinstance(document, dict):
        return {str(key): _finite(value) for key, value in document.items()}
    if isinstance(document, (list, tuple)):
        return [_finite(value) for value in document]
    return document
