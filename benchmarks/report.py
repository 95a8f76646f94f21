"""A benchmark's figures as JSON, with what they depend on: versions, processor, threads, date."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

import torch

from benchmarks.table import Row, Table, show

FORM: Final = 1
"""Version of the form of the JSON files."""

PACKAGES: Final = ("torch", "numpy", "gansearch")


@dataclass
class Report:
    """The tables of one run of a benchmark; every added row is on disk before the next is measured."""

    benchmark: str
    path: Path | None
    """Where the JSON goes, or None for nowhere."""
    quick: bool
    device: str = "cpu"
    tables: dict[str, list[Row]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)

    def add(self, table: str, *rows: Row, note: str = "") -> None:
        """Add rows to the table of that title."""
        self.tables.setdefault(table, []).extend(rows)
        if note:
            self.notes[table] = note
        self.write()

    def show(self, table: str, rows: Sequence[Row] | None = None) -> None:
        """Print one table, or ``rows`` in its place, where another form is better read."""
        show(Table(table, self.tables[table] if rows is None else rows, self.notes.get(table, "")))

    def write(self) -> None:
        """Write the JSON file; a reader sees the last whole one."""
        if self.path is None:
            return
        partial = self.path.with_name(self.path.name + ".partial")
        partial.write_text(json.dumps(self.as_json(), indent=1) + "\n", encoding="utf-8")
        partial.replace(self.path)

    def as_json(self) -> dict[str, Any]:
        """Plain dictionaries and lists."""
        return {
            "form": FORM,
            "benchmark": self.benchmark,
            "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%MZ"),
            "quick": self.quick,
            "machine": machine(self.device),
            "tables": _as_lists(self.tables),
            "notes": self.notes,
        }


def machine(device: str) -> dict[str, str | int | None]:
    """What the figures depend on; nothing that tells whose machine it is."""
    found: dict[str, str | int | None] = {package: _version(package) for package in PACKAGES}
    found |= {
        "python": platform.python_version(),
        "processor": processor(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "device": device,
    }
    if device.startswith("cuda"):
        found |= {"gpu": torch.cuda.get_device_name(device), "cuda": torch.version.cuda}
    return found


def processor() -> str:
    """The processor's name."""
    names = Path("/proc/cpuinfo")
    if names.is_file():
        for line in names.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _as_lists(tables: Mapping[str, Sequence[Row]]) -> dict[str, list[dict[str, Any]]]:
    return {title: [dict(row) for row in rows] for title, rows in tables.items()}
