"""Which trials can be trained as one program: those of one structure that start at the same step."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TypeAlias

from gansearch.records import Assignment
from gansearch.space.configuration import resolve

Signature: TypeAlias = tuple[object, ...]


def signature(assignment: Assignment) -> Signature:
    """What must be equal in all lanes of a pack; that of a trial that must be alone equals no other.

    Raises:
        PluginError: where a name in its settings is unknown.
        TrainingError: where one of its settings is unknown or out of its limits.
    """
    alone = (("identity", str(assignment.identity)),) if is_alone(assignment) else ()
    return (*resolve(assignment.settings).signature(), *alone)


def is_alone(assignment: Assignment) -> bool:
    """Whether it can only be trained as a pack of one lane.

    Raises:
        PluginError: where a name in its settings is unknown.
        TrainingError: where one of its settings is unknown or out of its limits.
    """
    return resolve(assignment.settings).max_lanes == 1


def grouped(
    assignments: Sequence[Assignment], lanes: int, key: Callable[[Assignment], Hashable]
) -> list[list[Assignment]]:
    """Packs of at most ``lanes`` trials with equal keys, in the order in which the first trials of the keys stand.

    Full packs first and the rest behind them: more lanes cost less each. Those of one key are sorted before they are
    shared out, so that lanes of one pack differ as little as can be. Packs of one lane keep the order.
    """
    if lanes == 1:
        return [[assignment] for assignment in assignments]
    groups: dict[Hashable, list[Assignment]] = {}
    for assignment in assignments:
        groups.setdefault(key(assignment), []).append(assignment)
    members = [in_pack_order(group) for group in groups.values()]
    return [group[first : first + lanes] for group in members for first in range(0, len(group), lanes)]


def in_pack_order(assignments: Sequence[Assignment]) -> list[Assignment]:
    """Trials of one signature in the order in which a pack trains them fastest; in their own where it is the same.

    Raises:
        PluginError: where a name in the settings of one of several is unknown.
        TrainingError: where a setting of one of several is unknown or out of its limits.
    """
    if len(assignments) == 1:
        return list(assignments)
    return sorted(assignments, key=lambda each: resolve(each.settings).mixed_key())
