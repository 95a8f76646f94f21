"""Reads which arms are meant: a name, a list of names, or an experiment with values that settings may have."""

from __future__ import annotations

from collections.abc import Mapping

from gansearch.records import Setting
from gansearch.reporting.experiments.samples import Selection
from gansearch.space.nodes import Node
from gansearch.space.problems import Problems


def read_selection(node: Node, problems: Problems) -> Selection | None:
    """An arm's name, a list of them, or a mapping with ``experiment`` and ``where``; None where something is wrong."""
    if isinstance(node.content, str):
        return Selection((node.content,))
    if node.is_list and node.items and all(isinstance(item.content, str) for item in node.items):
        return Selection(tuple(str(item.content) for item in node.items))
    experiment = node.entries.get("experiment")
    if not (node.is_mapping and experiment is not None and isinstance(experiment.content, str)):
        problems.add(node, "must be an arm as E1/elu, a list of such, or a mapping with experiment and where")
        return None
    for key, child in node.entries.items():
        if key not in ("experiment", "where"):
            problems.unknown(child, ("experiment", "where"), "must be a key of a selection")
    where = _where(node.entries.get("where"), problems)
    return None if where is None else Selection(experiment=experiment.content, where=where)


def read_selections(node: Node, problems: Problems) -> tuple[Selection, ...] | None:
    """One selection, or a list of them; None where something is wrong."""
    found = [read_selection(item, problems) for item in (node.items if node.is_list else (node,))]
    if not found:
        problems.add(node, "must be a list of at least one arm, or of mappings with experiment and where")
    kept = tuple(each for each in found if each is not None)
    return kept if kept and len(kept) == len(found) else None


def _where(node: Node | None, problems: Problems) -> Mapping[str, tuple[Setting, ...]] | None:
    if node is None:
        return {}
    if not node.is_mapping:
        problems.add(node, "must be a mapping from settings to values, as {generator.layers: [2, 3]}")
        return None
    found: dict[str, tuple[Setting, ...]] = {}
    for path, values in node.entries.items():
        items = values.items if values.is_list else (values,)
        if not items or not all(item.is_scalar for item in items):
            problems.add(values, "must be a value or a list of values")
            return None
        found[path] = tuple(item.scalar for item in items)
    return found
