"""Joins drafts into parameters (parents first), fixed settings and conditional constants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gansearch.records import Setting
from gansearch.space.drafts import Draft, Owner
from gansearch.space.parameters import Condition, Constant, SearchParameter
from gansearch.space.problems import Problems


@dataclass(frozen=True)
class Assembly:
    """What the sections of a space amount to."""

    parameters: tuple[SearchParameter, ...]
    fixed: Mapping[str, Setting]
    constants: tuple[Constant, ...]


def in_order(drafts: Sequence[Draft], problems: Problems) -> list[Draft]:
    """The drafts with every one after those that it depends on, else in the order given."""
    waiting, ordered = list(drafts), list[Draft]()
    while waiting:
        ahead = {draft.path for draft in waiting}
        ready = next((draft for draft in waiting if not _needs(draft) & ahead), None)
        if ready is None:
            circle = next((draft for draft in waiting if draft.when is not None), waiting[0])
            paths = ", ".join(dict.fromkeys(draft.path for draft in waiting if draft.conditions))
            problems.add(circle.when or circle.node, f"must not go round in a circle: {paths}")
            return [*ordered, *waiting]
        waiting.remove(ready)
        ordered.append(ready)
    return ordered


def assemble(drafts: Sequence[Draft]) -> Assembly:
    """Parameters, fixed settings and constants from drafts in order."""
    switches: dict[str, Draft] = {draft.path: draft for draft in drafts if draft.alternatives}
    parameters: list[SearchParameter] = []
    constants: list[Constant] = []
    fallbacks: list[Constant] = []
    for draft in drafts:
        owned = _owned(draft.owner, switches)
        if owned is None:
            continue
        conditions = (*owned, *draft.conditions)
        if draft.dimension is not None:
            parameters.append(SearchParameter(draft.path, draft.dimension, conditions, draft.default))
        else:
            constants.append(Constant(draft.path, draft.constant, conditions))
        if draft.conditions:
            fallbacks.extend(_fallbacks(draft, switches))
    return _sorted_out(parameters, [*constants, *fallbacks])


def _sorted_out(parameters: Sequence[SearchParameter], constants: Sequence[Constant]) -> Assembly:
    """Unconditional constants become fixed settings, unless something conditional comes first."""
    searched = {parameter.path for parameter in parameters}
    conditional = {constant.path for constant in constants if constant.conditions} | searched
    fixed = {
        constant.path: constant.value
        for constant in constants
        if not constant.conditions and constant.path not in conditional
    }
    rest = tuple(constant for constant in constants if constant.path not in fixed)
    return Assembly(tuple(parameters), fixed, rest)


def _needs(draft: Draft) -> set[str]:
    """The paths that must come before ``draft``."""
    owner = set() if draft.owner is None else {draft.owner.switch}
    return owner | {condition.parameter for condition in draft.conditions}


def _owned(owner: Owner | None, switches: Mapping[str, Draft]) -> tuple[Condition, ...] | None:
    """The conditions under which the owner has one of its values; None where it never has."""
    return () if owner is None else switches[owner.switch].conditions_for(owner.values)


def _fallbacks(draft: Draft, switches: Mapping[str, Draft]) -> list[Constant]:
    """What holds where the draft's own conditions do not: the default of each plug-in that has the field."""
    found = []
    for value, otherwise in draft.otherwise.items():
        owner = None if draft.owner is None else Owner(draft.owner.switch, (value,))
        owned = _owned(owner, switches)
        if owned is not None:
            found.append(Constant(draft.path, otherwise, owned))
    return found
