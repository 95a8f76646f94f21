"""Whether a search space could say something: ``tricks.ema``, ``generator.normalisation``, ``loss.name: hinge``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gansearch.detectors import detectors
from gansearch.dimensions import Choice, declared
from gansearch.plugins import Registry
from gansearch.space.sections import SECTIONS
from gansearch.space.shells import BudgetShell, DetectorsShell, EvaluationShell, PlanShell
from gansearch.training import TrainingSettings
from gansearch.tricks import tricks


def is_known(setting: str) -> bool:
    """Whether the package has a setting of that path, with that value among its choices where one is named.

    Args:
        setting: as ``path`` or ``path: value``; ``tricks.NAME`` is a trick or a slot.
    """
    path, _, value = setting.partition(": ")
    found = list(_values_at(path))
    return any(not value or value in values for values in found)


def _values_at(path: str) -> Iterator[tuple[str, ...]]:
    """The words that each setting at ``path`` takes; empty for numbers and for what has values of many kinds."""
    section, _, name = path.rpartition(".")
    for each in SECTIONS:
        if each.path == section:
            yield from _values_of(each.registry, each.key, name)
    if section == "training" and name in declared(TrainingSettings):
        yield _words(declared(TrainingSettings)[name].limits)
    if section == "tricks":
        yield from (() for cls in tricks if name in (cls.name, cls.slot))
    if section.startswith("tricks.") and section[len("tricks.") :] in tricks.names():
        fields = declared(tricks.get(section[len("tricks.") :]))
        yield from (_words(said.limits) for field, said in fields.items() if field == name)
    if section == "plan" and name in PlanShell.model_fields:
        yield ()
    if section == "budget" and name in BudgetShell.model_fields:
        yield ()
    if section == "detectors" and name in (*DetectorsShell.model_fields, *detectors.names()):
        yield ()
    if section == "evaluation" and name in EvaluationShell.model_fields:
        yield ()


def _values_of(registry: Registry[Any], key: str, name: str) -> Iterator[tuple[str, ...]]:
    if name == key:
        yield registry.names()
    for cls in registry:
        fields = declared(cls)
        if name in fields:
            yield _words(fields[name].limits)


def _words(limits: object) -> tuple[str, ...]:
    return tuple(str(choice).lower() for choice in limits.choices) if isinstance(limits, Choice) else ()
