"""What `tricks show` and `tricks list` tell: plug-ins, options of plug-ins, and rows of the table, as plain values."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import gansearch
from gansearch.dimensions import Declared, declared
from gansearch.errors import PluginError
from gansearch.plugins import did_you_mean
from gansearch.space.dimension_values import dimension_text, text
from gansearch.space.known_settings import is_known
from gansearch.space.sections import SECTIONS, Section
from gansearch.tricks import tricks
from gansearch.tricks.rows import Row, rows

ROOT = Path(gansearch.__file__).parents[1]


def described_row(row: Row) -> dict[str, Any]:
    """A row of the table, with whether the package has what it names."""
    is_there = all(is_known(setting) for setting in row.settings) and all((ROOT / path).is_file() for path in row.files)
    return {**asdict(row), "state": "works" if is_there else "missing"}


def described_trick(trick: type[Any]) -> dict[str, Any]:
    """A trick as plain values."""
    said = _described("trick", trick)
    return {**said, "slot": trick.slot, "paper": trick.paper, "example": example(trick.slot, said)}


def without_a_row() -> list[type[Any]]:
    """The tricks that stand in no row: those of plug-ins."""
    known = {name for row in rows() for name in row.tricks}
    return [cls for cls in tricks if cls.name not in known]


def cards(name: str) -> list[dict[str, Any]]:
    """Everything that is called ``name``: tricks, those of a slot, networks, losses, options; or the row of a number.

    Raises:
        PluginError: where nothing is, with what was probably meant.
    """
    row = next((each for each in rows() if each.number == name), None)
    if row is not None:
        return [
            {"kind": "row", **described_row(row)},
            *(described_trick(cls) for cls in tricks if cls.name in row.tricks),
        ]
    found = [*_of_tricks(name), *_of_sections(name), *_options(name)]
    if not found:
        known = tuple(dict.fromkeys(_names()))
        raise PluginError(
            f"no trick, slot, network, loss or option is called {name!r}, and no row has that number"
            f"{did_you_mean(name, known)}; `gansearch tricks list` shows what there is"
        )
    return found


def example(slot: str | None, said: dict[str, Any]) -> str:
    """The lines that search over a trick."""
    searched = ", ".join(f"{field['name']}: {field['range']}" for field in said["fields"] if field["range"])
    if slot is None:
        switch = "enabled: {choice: [true, false]}"
        return f"tricks:\n  {said['name']}: {{{', '.join(part for part in (switch, searched) if part)}}}"
    lines = f"tricks:\n  {slot}: {{choice: [off, {said['name']}]}}"
    return f"{lines}\n  {said['name']}: {{{searched}}}" if searched else lines


def _of_tricks(name: str) -> list[dict[str, Any]]:
    return [described_trick(cls) for cls in tricks if name in (cls.name, cls.slot)]


def _of_sections(name: str) -> Iterator[dict[str, Any]]:
    """Networks, losses, optimizers and data sets of that name."""
    told: set[type[Any]] = set()
    for section in SECTIONS:
        for cls in section.registry:
            if cls.name == name and cls not in told:
                told.add(cls)
                choice = f"{section.path}: {{{section.key}: {name}}}" if "." not in section.path else None
                yield {**_described(section.registry.kind, cls), "example": choice}


def _options(name: str) -> Iterator[dict[str, Any]]:
    """Fields of that name, of whatever a section may choose."""
    for section, owner, said in _fields():
        if said.name == name:
            yield {
                "kind": "option",
                "name": f"{section.path}.{name}",
                "of": owner,
                "example": None if said.dimension is None else _nested(section.path, said),
                "fields": [_field(said)],
                "rows": _rows_of(path=f"{section.path}.{name}"),
            }


def _nested(path: str, said: Declared) -> str:
    """The line that searches an option."""
    assert said.dimension is not None
    text = f"{said.name}: {{{dimension_text(said.dimension)}}}"
    for key in reversed(path.split(".")[1:]):
        text = f"{key}: {{{text}}}"
    return f"{path.split('.', maxsplit=1)[0]}: {{{text}}}"


def _fields() -> Iterator[tuple[Section, str, Declared]]:
    """Every field of what the sections choose, once for fields that are declared alike."""
    for section in SECTIONS:
        owners: dict[tuple[str, str, str], list[str]] = {}
        known: dict[tuple[str, str, str], Declared] = {}
        for cls in section.registry:
            for said in declared(cls).values():
                key = (said.name, text(said.default), said.meaning)
                owners.setdefault(key, []).append(cls.name)
                known[key] = said
        for key, said in known.items():
            yield section, ", ".join(owners[key]), said


def _names() -> Iterator[str]:
    for cls in tricks:
        yield cls.name
        if cls.slot is not None:
            yield cls.slot
    for section in SECTIONS:
        yield from section.registry.names()
    yield from (said.name for _, _, said in _fields())


def _described(kind: str, cls: type[Any]) -> dict[str, Any]:
    facts = getattr(cls, "facts", None)
    return {
        "kind": kind,
        "name": cls.name,
        "description": (inspect.getdoc(cls) or "").replace("``", "`"),
        "source": getattr(cls, "paper", None) or _first_line(cls),
        "facts": [] if facts is None else [name for name, holds in asdict(facts).items() if holds],
        "fields": [_field(said) for said in declared(cls).values()],
        "rows": _rows_of(path=f"tricks.{cls.name}") if kind == "trick" else _rows_of(value=cls.name),
    }


def _first_line(cls: type[Any]) -> str:
    """What the module says of itself: one sentence, with its source."""
    module = inspect.getmodule(cls)
    return (inspect.getdoc(module) or "").split("\n\n")[0].replace("``", "`") if module is not None else ""


def _rows_of(*, path: str | None = None, value: str | None = None) -> list[str]:
    """Numbers of the rows that name the setting at ``path``, a field of it, or something that is called ``value``."""

    def is_named(setting: str) -> bool:
        said, _, chosen = setting.partition(": ")
        return chosen == value if path is None else said == path or said.startswith(f"{path}.")

    return [row.number for row in rows() if any(is_named(setting) for setting in row.settings)]


def _field(said: Declared) -> dict[str, Any]:
    return {
        "name": said.name,
        "default": said.default,
        "range": None if said.dimension is None else f"{{{dimension_text(said.dimension)}}}",
        "limits": f"{{{dimension_text(said.limits)}}}",
        "unit": said.unit,
        "meaning": said.meaning,
        "may_differ_in_a_pack": said.may_differ,
    }
