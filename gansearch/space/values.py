"""Reads one value of a space: fixed, or a dimension (``{float: [low, high]}``, ``{int: ...}``, ``{choice: [...]}``)."""

from __future__ import annotations

from dataclasses import dataclass

from gansearch.dimensions import Choice, Declared, Dimension, Float, Int, Limits, Text
from gansearch.records import Setting
from gansearch.space import dimension_values
from gansearch.space.nodes import Node
from gansearch.space.problems import Problems

FORMS = ("float", "int", "choice")
MODIFIERS = ("log", "step", "when")

_ARTICLES = {"float": "a real number", "int": "a whole number", "choice": "one of several values"}


@dataclass(frozen=True)
class Reading:
    """What stands for one field."""

    value: Setting | Dimension
    when: Node | None = None

    @property
    def choices(self) -> tuple[Setting, ...]:
        """Every value that it can take where it is fixed or a choice; none where it is a range."""
        if isinstance(self.value, Choice):
            return self.value.choices
        return () if isinstance(self.value, (Float, Int)) else (self.value,)


def is_dimension(node: Node) -> bool:
    """Whether the node is a mapping with a dimension's keys."""
    return any(form in node.entries for form in FORMS)


def read_field(node: Node, said: Declared, problems: Problems, *, refusal: str | None = None) -> Reading | None:
    """The value or dimension of a declared field, or None where it is wrong.

    Args:
        node: what stands in the file.
        said: what the plug-in declares about the field.
        problems: takes what is wrong.
        refusal: the rule that forbids to search this field, or None where it may be searched.
    """
    if node.is_mapping and (refusal is not None or said.dimension is None):
        problems.add(node, refusal or "must be fixed: it is not a search dimension")
        return None
    if node.is_scalar and node.scalar is None and said.optional:
        return Reading(None)
    return read_value(node, said.limits, problems)


def read_value(node: Node, limits: Limits, problems: Problems) -> Reading | None:
    """The value or dimension of something with these limits, or None where it is wrong."""
    if node.is_mapping and not isinstance(limits, Text):
        before = len(problems)
        dimension = _dimension(node, limits, problems)
        if dimension is None or len(problems) > before:
            return None
        return Reading(dimension, node.entries.get("when"))
    value = read_scalar(node, limits, problems)
    return None if value is None else Reading(value[0])


def read_scalar(node: Node, limits: Limits, problems: Problems) -> tuple[Setting] | None:
    """The one fixed value in a tuple, or None where it is wrong (a value may itself be None)."""
    if node.is_scalar:
        value = dimension_values.coerce(limits, node.scalar)
        if limits.contains(value):
            return (value,)
    meant = dimension_values.meant(limits, node.scalar) if node.is_scalar else None
    problems.add(node, dimension_values.rule(limits), suggestion=meant)
    return None


def _dimension(node: Node, limits: Dimension, problems: Problems) -> Dimension | None:
    known = (*FORMS, *MODIFIERS)
    for key, child in node.entries.items():
        if key not in known:
            problems.unknown(child, known, "must be a key of a dimension")
    forms = [form for form in FORMS if form in node.entries]
    if len(forms) != 1:
        problems.add(node, "must be a value, or have exactly one of float, int, choice")
        return None
    (form,) = forms
    wanted = "choice" if isinstance(limits, Choice) else "int" if isinstance(limits, Int) else "float"
    if form not in (wanted, "choice"):
        problems.add(
            node.entries[form],
            f"must be searched with {wanted} or choice: it is {_ARTICLES[wanted]}"
            if wanted != "choice"
            else f"must be searched with choice: it is {_ARTICLES[wanted]}",
            value=form,
            suggestion=wanted,
        )
        return None
    return _choice(node, limits, problems) if form == "choice" else _range(node, form, limits, problems)


def _choice(node: Node, limits: Dimension, problems: Problems) -> Choice | None:
    for key in ("log", "step"):
        if key in node.entries:
            problems.add(node.entries[key], "must stand beside float or int; a choice has no scale")
    listed = node.entries["choice"]
    if not listed.items:
        problems.add(listed, "must be a list of at least one value")
        return None
    read = [read_scalar(item, limits, problems) for item in listed.items]
    values = tuple(value[0] for value in read if value is not None)
    if len(values) < len(read):
        return None
    seen: set[Setting] = set()
    for item, value in zip(listed.items, values, strict=True):
        if value in seen:
            problems.add(item, "must differ from the other choices")
            return None
        seen.add(value)
    return Choice(values)


def _range(node: Node, form: str, limits: Dimension, problems: Problems) -> Dimension | None:
    bounds = node.entries[form]
    if len(bounds.items) != 2:
        problems.add(bounds, "must be a list of two numbers, [low, high]")
        return None
    read = [read_scalar(item, limits, problems) for item in bounds.items]
    scale = _scale(node, form, problems)
    if scale is None or read[0] is None or read[1] is None:
        return None
    low, high, (log, step) = read[0][0], read[1][0], scale
    if not _is_sound(node, (low, high), log, step, problems):  # type: ignore[arg-type]
        return None
    if form == "int":
        return Int(low, high, log, step)  # type: ignore[arg-type]
    return Float(float(low), float(high), log, step)  # type: ignore[arg-type]


def _scale(node: Node, form: str, problems: Problems) -> tuple[bool, float | None] | None:
    """``log`` and ``step``, or None where one is wrong."""
    before = len(problems)
    log, step = node.entries.get("log"), node.entries.get("step")
    if log is not None and not isinstance(log.content, bool):
        problems.add(log, "must be true or false")
    if step is not None:
        allowed = int if form == "int" else (int, float)
        if isinstance(step.content, bool) or not isinstance(step.content, allowed) or not 0 < step.content < 1e300:
            problems.add(step, f"must be a {'whole ' if form == 'int' else ''}number above 0")
    if len(problems) > before:
        return None
    width = None if step is None else step.scalar
    return (log is not None and log.content is True), width  # type: ignore[return-value]


def _is_sound(node: Node, ends: tuple[float, float], log: bool, step: float | None, problems: Problems) -> bool:
    """Whether bounds and scale fit together."""
    before = len(problems)
    bounds = node.entries["float" if "float" in node.entries else "int"]
    low, high = ends
    if low > high:
        problems.add(bounds, "must be [low, high] with low not above high", suggestion=f"[{high:g}, {low:g}]")
    if log and low <= 0:
        problems.add(bounds, "must have low above 0, because log is true")
    if log and step is not None:
        problems.add(node.entries["step"], "must not stand beside log: true")
    elif step is not None and low <= high:
        steps = (high - low) / step
        if steps > dimension_values.MOST_STEPS:
            problems.add(
                node.entries["step"], f"must divide high - low into at most {dimension_values.MOST_STEPS} steps"
            )
        elif abs(steps - round(steps)) > dimension_values.OFF_GRID:
            fitting = low + int(steps) * step
            problems.add(
                node.entries["step"], "must divide high - low", suggestion=f"{bounds.path}: [{low:g}, {fitting:g}]"
            )
    return len(problems) == before
