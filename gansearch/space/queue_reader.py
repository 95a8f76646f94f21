"""Reads ``plan.enqueue``: trials that come first, each ``defaults`` or a mapping from searched parameters to values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gansearch.records import Setting
from gansearch.space.nodes import Node
from gansearch.space.parameters import Limit, SearchParameter, complete, violations
from gansearch.space.problems import Problems

DEFAULTS_WORD = "defaults"


def read_queue(
    node: Node | None, parameters: Sequence[SearchParameter], limit: Limit, unread: set[str], problems: Problems
) -> tuple[Mapping[str, Setting], ...]:
    """The queued trials, complete: what a mapping leaves out is at its default.

    Args:
        node: what stands under ``plan.enqueue``, or None.
        parameters: the searched parameters, parents first.
        limit: what leaves some of them out, by the others.
        unread: paths in the file that could not be read; nothing more is said about them.
        problems: takes what is wrong.
    """
    if node is None:
        return ()
    if not node.is_list:
        problems.add(node, "must be a list of defaults and mappings, as [defaults, {generator.layers: 3}]")
        return ()
    found = [_trial(item, parameters, limit, unread, problems) for item in node.items]
    seen: set[frozenset[tuple[str, Setting]]] = set()
    for item, trial in zip(node.items, found, strict=True):
        if trial is not None and frozenset(trial.items()) in seen:
            problems.add(item, "must differ from the other queued trials")
        elif trial is not None:
            seen.add(frozenset(trial.items()))
    return tuple(trial for trial in found if trial is not None)


def _trial(
    node: Node, parameters: Sequence[SearchParameter], limit: Limit, unread: set[str], problems: Problems
) -> Mapping[str, Setting] | None:
    if node.content == DEFAULTS_WORD:
        return complete(parameters, {}, limit)
    if not node.is_mapping:
        problems.add(node, "must be defaults, or a mapping from searched parameters to values")
        return None
    before = len(problems)
    given: dict[str, Setting] = {}
    for path, child in node.entries.items():
        if child.is_scalar:
            given[path] = child.scalar
        else:
            problems.add(child, "must be one value", key=f"{node.path}.{path}")
    for wrong in violations(parameters, {**complete(parameters, given, limit), **given}, limit):
        at = node.entries.get(wrong.parameter, node)
        if wrong.parameter not in unread:
            problems.add(
                at, wrong.rule, key=f"{node.path}.{wrong.parameter}", value=wrong.value, suggestion=wrong.suggestion
            )
    return complete(parameters, given, limit) if len(problems) == before else None
