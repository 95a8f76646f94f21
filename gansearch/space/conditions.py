"""Reads ``when``: statements about searched parameters under which a setting applies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from gansearch.dimensions import Choice, Dimension
from gansearch.plugins import nearest
from gansearch.records import Setting
from gansearch.space import dimension_values
from gansearch.space.drafts import Draft
from gansearch.space.nodes import Node
from gansearch.space.parameters import Condition
from gansearch.space.problems import Problems


def read_conditions(drafts: Sequence[Draft], unread: set[str], problems: Problems) -> list[Draft]:
    """The drafts with what their ``when`` says as conditions.

    Args:
        drafts: every setting of the space.
        unread: paths in the file that could not be read; nothing more is said about them.
        problems: takes what is wrong.
    """
    by_path: dict[str, list[Draft]] = {}
    for draft in drafts:
        by_path.setdefault(draft.path, []).append(draft)
    return [draft if draft.when is None else _conditioned(draft, by_path, unread, problems) for draft in drafts]


def _conditioned(draft: Draft, by_path: Mapping[str, list[Draft]], unread: set[str], problems: Problems) -> Draft:
    when = draft.when
    assert when is not None
    if not when.entries:
        problems.add(when, "must be a mapping from parameters to values, as {generator.layers: {min: 3}}")
        return draft
    found = [
        _statement(draft, path, child, by_path, problems)
        for path, child in when.entries.items()
        if path in by_path or path not in unread
    ]
    return replace(draft, conditions=tuple(condition for condition in found if condition is not None))


def _statement(
    draft: Draft, path: str, node: Node, by_path: Mapping[str, list[Draft]], problems: Problems
) -> Condition | None:
    """One condition; None where it always holds, or is wrong."""
    targets = by_path.get(path, [])
    if not targets:
        problems.add(node, "must name a setting of this space", value=path, suggestion=nearest(path, tuple(by_path)))
        return None
    if path == draft.path:
        problems.add(node, "must not depend on itself", value=path)
        return None
    target = targets[0]
    if target.dimension is not None:
        return _about_parameter(path, node, target.dimension, problems)
    if len(targets) > 1 or target.when is not None or not _is_everywhere(target, by_path):
        rule = f"must name a searched parameter; {path} is fixed and does not exist in every trial"
        problems.add(node, rule, value=path)
        return None
    _check_constant(path, node, target.constant, problems)
    return None


def _is_everywhere(draft: Draft, by_path: Mapping[str, list[Draft]]) -> bool:
    """Whether every trial has the setting: it has no owner, or one that is fixed."""
    if draft.owner is None:
        return True
    switch = by_path[draft.owner.switch][0]
    return switch.when is None and all(value in draft.owner.values for value in switch.values)


def _about_parameter(path: str, node: Node, dimension: Dimension, problems: Problems) -> Condition | None:
    if node.is_mapping:
        return _about_range(path, node, dimension, problems)
    listed = node.items if node.is_list else (node,)
    choices: list[Setting] = []
    for item in listed:
        value = dimension_values.coerce(dimension, item.scalar) if item.is_scalar else None
        if not item.is_scalar or not dimension_values.contains(dimension, value):
            meant = dimension_values.meant(dimension, value)
            problems.add(item, f"can never hold: {path} {dimension_values.rule(dimension)}", suggestion=meant)
            return None
        choices.append(value)
    if not choices:
        problems.add(node, "must be a value, a list of values, or {min: ..., max: ...}")
        return None
    return Condition(path, tuple(choices))


def _about_range(path: str, node: Node, dimension: Dimension, problems: Problems) -> Condition | None:
    bounds = _bounds(node, problems)
    if bounds is None:
        return None
    if isinstance(dimension, Choice) and not all(_is_number(choice) for choice in dimension.choices):
        problems.add(node, f"must be a value or a list of values: {path} has no order")
        return None
    condition = Condition(path, low=bounds[0], high=bounds[1])
    low, high = bounds
    ends = dimension.choices if isinstance(dimension, Choice) else _ends(low, high, dimension.low, dimension.high)
    if not any(condition.holds({path: end}) and dimension.contains(end) for end in ends):
        problems.add(node, f"can never hold: {path} {dimension_values.rule(dimension)}")
        return None
    return condition


def _ends(low: float | None, high: float | None, least: float, most: float) -> tuple[Setting, ...]:
    """The ends of what both the condition and the dimension allow."""
    return (least if low is None else max(low, least), most if high is None else min(high, most))


def _bounds(node: Node, problems: Problems) -> tuple[float | None, float | None] | None:
    """``min`` and ``max``, or None where they are wrong."""
    before = len(problems)
    for key, child in node.entries.items():
        if key not in ("min", "max"):
            problems.unknown(child, ("min", "max"), "must be a bound")
        elif not _is_number(child.content):
            problems.add(child, "must be a number")
    if not node.entries:
        problems.add(node, "must have min or max")
    if len(problems) > before:
        return None
    low, high = (node.entries[key].scalar if key in node.entries else None for key in ("min", "max"))
    return low, high  # type: ignore[return-value]


def _check_constant(path: str, node: Node, value: Setting, problems: Problems) -> None:
    """Refuse a statement about a fixed setting that does not hold of it."""
    if node.is_mapping:
        bounds = _bounds(node, problems)
        if bounds is None:
            return
        holds = Condition(path, low=bounds[0], high=bounds[1]).holds({path: value})
    else:
        listed = node.items if node.is_list else (node,)
        choices = tuple(item.scalar for item in listed if item.is_scalar)
        holds = Condition(path, choices).holds({path: value})
    if not holds:
        problems.add(node, f"can never hold: {path} is fixed at {dimension_values.text(value)}")


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
