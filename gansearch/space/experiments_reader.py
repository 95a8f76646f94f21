"""Reads ``plan.experiments``: what each changes in the space, as arms that are listed and as combinations of values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Final

from gansearch.space.dimension_values import text
from gansearch.space.nodes import Node
from gansearch.space.problems import Problems

BASELINE: Final = "baseline"
"""The arm that the sections of the space describe; every other one changes some of their settings."""
KEYS = ("settings", "grid", "arms")
MOST_ARMS = 10_000
"""Arms at most; more is a mistake in the file rather than a plan."""


@dataclass(frozen=True)
class WantedArm:
    """One arm of one experiment, before it is known which configuration it comes to."""

    experiment: str
    name: str
    changes: Mapping[str, Node]
    """What it changes in the space, by dotted path; later ones win."""
    node: Node
    """What messages about the arm as a whole point at."""


def read_experiments(node: Node, problems: Problems) -> list[WantedArm]:
    """The arms of all experiments in the order of the file; what is wrong is noted and left out."""
    if not node.is_mapping:
        problems.add(node, "must be a mapping from names of experiments to settings, grid and arms")
        return []
    found: list[WantedArm] = []
    for name, experiment in node.entries.items():
        arms = _experiment(name, experiment, problems)
        if len(found) + len(arms) > MOST_ARMS:
            problems.add(experiment, f"must leave the plan at most {MOST_ARMS} arms", value=f"{len(arms)} more")
            break
        found += arms
    return found


def _experiment(name: str, node: Node, problems: Problems) -> list[WantedArm]:
    if node.content is None:
        return [WantedArm(name, BASELINE, {}, node)]
    if not node.is_mapping:
        problems.add(node, f"must be a mapping with some of {', '.join(KEYS)}, or nothing: the baseline alone")
        return []
    for key, child in node.entries.items():
        if key not in KEYS:
            problems.unknown(child, KEYS, "must be a key of an experiment")
    settings = _changes(node.entries.get("settings"), problems)
    levels = _levels(node.entries.get("grid"), problems)
    listed = list(_listed(node.entries.get("arms"), problems))
    count = len(listed)
    for values in levels.values():
        count *= len(values)
    if count > MOST_ARMS:
        problems.add(node, f"must have at most {MOST_ARMS} arms", value=str(count))
        return []
    arms = [
        WantedArm(name, _named(label, point), {**settings, **point, **changes}, at or node)
        for label, changes, at in listed
        for point in (dict(zip(levels, values, strict=True)) for values in product(*levels.values()))
    ]
    return _distinct(arms, problems)


def _changes(node: Node | None, problems: Problems) -> Mapping[str, Node]:
    """Settings by dotted path."""
    if node is None:
        return {}
    if not node.is_mapping:
        problems.add(node, "must be a mapping from settings to values, as {generator.layers: 3}")
        return {}
    return {path: _moved(child, path) for path, child in node.entries.items()}


def _levels(node: Node | None, problems: Problems) -> Mapping[str, tuple[Node, ...]]:
    """The values of each setting of a grid."""
    found: dict[str, tuple[Node, ...]] = {}
    if node is not None and not node.is_mapping:
        problems.add(node, "must be a mapping from settings to lists of values, as {generator.layers: [2, 3]}")
        return found
    for path, values in node.entries.items() if node is not None else ():
        if values.is_list and values.items:
            found[path] = tuple(_moved(item, path) for item in values.items)
        else:
            problems.add(values, "must be a list of at least one value")
    return found


def _listed(node: Node | None, problems: Problems) -> Iterator[tuple[str, Mapping[str, Node], Node | None]]:
    """Name, changes and node of each arm that is listed; without a list the one that the grid varies."""
    if node is None:
        yield "", {}, None
    elif node.is_mapping and node.entries:
        for name, child in node.entries.items():
            yield name, _changes(child, problems), child
    elif node.is_list and node.items:
        for child in node.items:
            changes = _changes(child, problems)
            yield _named("", changes), changes, child
    else:
        problems.add(node, "must be a list of mappings from settings to values, or a mapping from names to such")


def _named(label: str, point: Mapping[str, Node]) -> str:
    """The name, and each value in one spelling, however the file spells it."""
    values = [f"{path}={text(node.scalar) if node.is_scalar else node.text}" for path, node in point.items()]
    return " ".join([*([label] if label else []), *values]) or BASELINE


def _distinct(arms: list[WantedArm], problems: Problems) -> list[WantedArm]:
    """The arms; notes where a name is there twice."""
    seen: set[str] = set()
    for arm in arms:
        if arm.name in seen:
            problems.add(arm.node, "must differ from the other arms of its experiment", value=arm.name)
        seen.add(arm.name)
    return arms


def _moved(node: Node, path: str) -> Node:
    """The node as if it stood at ``path``; its line stays."""
    return replace(_at(node, path), key=path.rpartition(".")[2])


def _at(node: Node, path: str) -> Node:
    """The node and what is below it with their paths; keys stay."""
    content = node.content
    if isinstance(content, Mapping):
        content = {key: _at(child, f"{path}.{key}") for key, child in content.items()}
    elif isinstance(content, tuple):
        content = tuple(_at(item, f"{path}[{index}]") for index, item in enumerate(content))
    return replace(node, path=path, content=content)
