"""Reads ``tricks``: tricks switched by ``enabled``, slots with a choice among their tricks, and the fields of both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gansearch.dimensions import Choice
from gansearch.records import Setting
from gansearch.space.configuration import OFF
from gansearch.space.drafts import Alternative, Draft
from gansearch.space.nodes import Node
from gansearch.space.problems import Problems
from gansearch.space.sections import read_fields
from gansearch.space.values import Reading, is_dimension, read_value
from gansearch.tricks import Trick, tricks

SWITCH = Choice((True, False))


def read_tricks(node: Node | None, problems: Problems) -> list[Draft]:
    """The settings under ``tricks``: slots first, then switched tricks, each followed by fields."""
    if node is None:
        return []
    if not node.is_mapping:
        problems.add(node, "must be a mapping")
        return []
    known = {cls.name: cls for cls in tricks}
    slots = _slots(known.values())
    drafts: list[Draft] = []
    for slot, members in slots.items():
        drafts.extend(_read_slot(slot, members, node, problems))
    for name, child in node.entries.items():
        if name in known and known[name].slot is None:
            drafts.extend(_read_switched(known[name], child, problems))
        elif name not in known and name not in slots:
            problems.unknown(child, sorted({*known, *slots}), "must be a trick or a slot")
    return drafts


def _slots(known: Iterable[type[Trick]]) -> Mapping[str, dict[str, type[Trick]]]:
    """The tricks of each slot, by name."""
    found: dict[str, dict[str, type[Trick]]] = {}
    for cls in known:
        if cls.slot is not None:
            found.setdefault(cls.slot, {})[cls.name] = cls
    return found


def _read_switched(cls: type[Trick], node: Node, problems: Problems) -> list[Draft]:
    """``name: true``, ``name: {choice: [true, false]}`` or ``name: {enabled: ..., when: ..., <field>: ...}``."""
    short = not node.is_mapping or is_dimension(node)
    enabled = node if short else node.entries.get("enabled")
    reading = Reading(True) if enabled is None else read_value(enabled, SWITCH, problems)
    if reading is None:
        return []
    when = _only_one_when(reading.when, None if short else node.entries.get("when"), problems)
    switch = Draft(
        f"tricks.{cls.name}.enabled",
        node if enabled is None else enabled,
        reading.value,
        default=False,
        when=when,
        otherwise={None: False},
        alternatives={True: _alternative(cls)},
        is_trick=True,
    )
    fields = None if short else node.without("enabled", "when")
    return [switch, *read_fields(fields, switch, {True: cls}, node, problems, prefix=f"tricks.{cls.name}")]


def _read_slot(slot: str, members: Mapping[str, type[Trick]], node: Node, problems: Problems) -> list[Draft]:
    """``slot: name`` or ``slot: {choice: [off, name, ...], when: ...}``, and the fields under each trick's own name."""
    chosen = node.entries.get(slot)
    own = {name: node.entries[name] for name in members if name in node.entries}
    if chosen is None:
        for child in own.values():
            problems.add(child, f"must be chosen by tricks.{slot}, which the file leaves out")
        return []
    reading = read_value(chosen, Choice((OFF, *sorted(members))), problems)
    if reading is None:
        return []
    taken = {str(name): members[str(name)] for name in reading.choices if name != OFF}
    switch = Draft(
        f"tricks.{slot}",
        chosen,
        reading.value,
        default=OFF,
        when=reading.when,
        otherwise={None: OFF},
        alternatives={name: _alternative(cls) for name, cls in taken.items()},
        is_trick=True,
    )
    return [switch, *_slot_fields(slot, switch, taken, own, problems)]


def _slot_fields(
    slot: str, switch: Draft, taken: Mapping[str, type[Trick]], own: Mapping[str, Node], problems: Problems
) -> list[Draft]:
    drafts: list[Draft] = []
    for name, cls in taken.items():
        classes: Mapping[Setting, type[Trick]] = {name: cls}
        fields = own.get(name)
        if fields is not None and not fields.is_mapping:
            problems.add(fields, f"must be a mapping of fields; tricks.{slot} switches it on")
            fields = None
        fields = _without_switches(slot, fields, problems)
        drafts.extend(read_fields(fields, switch, classes, switch.node, problems, prefix=f"tricks.{name}"))
    for name, child in own.items():
        if name not in taken:
            problems.add(child, f"must be chosen by tricks.{slot}", value=f"{slot}: {switch.node.text}")
    return drafts


def _without_switches(slot: str, fields: Node | None, problems: Problems) -> Node | None:
    """The fields alone; ``enabled`` and ``when`` belong to the slot."""
    if fields is None:
        return None
    for key in ("enabled", "when"):
        if key in fields.entries:
            problems.add(
                fields.entries[key], f"must stand beside the choice of tricks.{slot}, which switches this trick"
            )
    return fields.without("enabled", "when")


def _only_one_when(inner: Node | None, outer: Node | None, problems: Problems) -> Node | None:
    if inner is not None and outer is not None:
        problems.add(inner, "must stand once: beside enabled or inside it")
    return inner or outer


def _alternative(cls: type[Trick]) -> Alternative:
    return Alternative(f"trick {cls.name}", cls.facts)
