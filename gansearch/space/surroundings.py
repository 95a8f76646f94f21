"""Reads ``resources`` and ``detectors``: where trials run, and what watches them."""

from __future__ import annotations

from typing import cast, get_args

from gansearch.detectors import detectors
from gansearch.detectors.policy import DIVERGED
from gansearch.dimensions import declared
from gansearch.records import Setting
from gansearch.space.nodes import Node
from gansearch.space.plan import DetectorSettings, Mode, Resources
from gansearch.space.problems import Problems
from gansearch.space.shells import DetectorsShell, ResourcesShell, validate
from gansearch.space.values import read_field

OFF = "off"
KINDS = "kinds"
_OWN_KEYS = tuple(DetectorsShell.model_fields)
_FIXED = "must be fixed: detectors are no part of what is searched"


def read_resources(node: Node | None, problems: Problems) -> Resources:
    """What a trial asks for."""
    shell = None if node is None else validate(ResourcesShell, node, problems)
    if shell is None or node is None:
        return Resources()
    if shell.cpu == 0 and shell.gpu == 0:
        problems.add(node.entries["cpu"], "must be above 0 where gpu is 0: a trial needs something to run on")
    if shell.gpu > 1 and not float(shell.gpu).is_integer():
        problems.add(node.entries["gpu"], "must be at most 1, or a whole number: parts are of one GPU")
    return Resources(float(shell.cpu), float(shell.gpu), shell.device, shell.lanes, shell.concurrent)


def read_detectors(node: Node | None, problems: Problems) -> DetectorSettings:
    """Mode, grace, patience, how detectors combine, modes of kinds, and the fields of single detectors."""
    if node is None:
        return DetectorSettings()
    if not node.is_mapping:
        problems.add(node, "must be a mapping")
        return DetectorSettings()
    names = detectors.names()
    own = node.without(KINDS, *(key for key in node.entries if key not in _OWN_KEYS))
    shell = validate(DetectorsShell, own, problems)
    kinds = _read_kinds(node.entries.get(KINDS), problems)
    switched_off: set[str] = set()
    chosen: dict[str, dict[str, Setting]] = {}
    for name, child in node.without(*_OWN_KEYS).entries.items():
        if name not in names:
            problems.unknown(child, (*_OWN_KEYS, *names), "must be a key of detectors or a detector")
        elif child.content == OFF:
            switched_off.add(name)
        else:
            chosen[name] = _read_detector(name, child, problems)
    if shell is None:
        return DetectorSettings()
    if names and switched_off == set(names):
        problems.add(node, "must leave a detector on; mode: off switches off all of them")
    # Naming one detector changes that one alone; the others stay on with their defaults.
    watching = {name: chosen.get(name, {}) for name in names if name not in switched_off}
    is_default = not (chosen or switched_off)
    return DetectorSettings(
        mode=shell.mode,
        grace_epochs=float(shell.grace_epochs),
        patience=shell.patience,
        combine=shell.combine,
        kinds=kinds,
        audit=float(shell.audit),
        detectors={} if is_default else watching,
    )


def _read_kinds(node: Node | None, problems: Problems) -> dict[str, Mode]:
    """The mode of each kind that is named; a diverged run ends whatever is said."""
    if node is None:
        return {}
    if not node.is_mapping:
        problems.add(node, "must be a mapping of kinds of failure to off, shadow or enforce")
        return {}
    known = sorted({cls.kind for cls in detectors} - {DIVERGED})
    found: dict[str, Mode] = {}
    for kind, child in node.entries.items():
        if kind not in known:
            problems.unknown(child, known, "must be a kind of failure")
        elif child.content not in get_args(Mode):
            problems.add(child, f"must be one of {', '.join(get_args(Mode))}")
        else:
            found[kind] = cast(Mode, child.content)
    return found


def _read_detector(name: str, node: Node, problems: Problems) -> dict[str, Setting]:
    if not node.is_mapping:
        problems.add(node, f"must be off, or a mapping of fields of {name}")
        return {}
    said = declared(detectors.get(name))
    fields: dict[str, Setting] = {}
    for key, child in node.entries.items():
        if key not in said:
            problems.unknown(child, said, f"must be a field of {name}")
            continue
        reading = read_field(child, said[key], problems, refusal=_FIXED)
        if reading is not None:
            fields[key] = reading.choices[0]
    return fields
