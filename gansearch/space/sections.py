"""Reads the sections that a plug-in stands behind: data set, networks, loss, optimizers; and ``training``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gansearch.data import DataSet, datasets
from gansearch.dimensions import Choice, Declared, declared
from gansearch.errors import DataError
from gansearch.gan import Network, discriminators, generators, losses
from gansearch.plugins import Plugin, Registry
from gansearch.records import Facts, Setting
from gansearch.space.configuration import DEFAULTS
from gansearch.space.dimension_values import text
from gansearch.space.drafts import Alternative, Draft, Owner
from gansearch.space.nodes import Node, child_path
from gansearch.space.problems import Problems
from gansearch.space.values import Reading, is_dimension, read_field, read_value
from gansearch.training import TrainingSettings, optimizers


@dataclass(frozen=True, eq=False)
class Section:
    """A section in which one key names the plug-in and the others are its fields."""

    path: str
    key: str
    registry: Registry[Any]
    refusal: str | None = None
    """The rule that forbids to search it, or None where it may be searched."""


SECTIONS = (
    Section("dataset", "name", datasets, "must be fixed: values compare only on one data set"),
    Section("generator", "architecture", generators),
    Section("discriminator", "architecture", discriminators),
    Section("loss", "name", losses),
    Section("optimizer.generator", "name", optimizers),
    Section("optimizer.discriminator", "name", optimizers),
)

_ONE_LENGTH = "must be fixed: trials are compared after equal training"
_TRAINING_REFUSALS = {"epochs": _ONE_LENGTH, "evaluate_every": _ONE_LENGTH}


def read_section(section: Section, node: Node | None, root: Node, problems: Problems) -> list[Draft]:
    """The settings of one section; ``node`` is None where the file leaves it out."""
    named = _named(section, node, root, problems)
    reading = _choice_of_plugin(section, named, problems) if named is not None else None
    if reading is None or named is None:
        return []
    classes = {str(name): section.registry.get(str(name)) for name in reading.choices}
    switch = Draft(
        child_path(section.path, section.key),
        named,
        reading.value,
        default=DEFAULTS.get(child_path(section.path, section.key)),
        alternatives={name: _alternative(section, cls) for name, cls in classes.items()},
    )
    given = node.without(section.key) if node is not None and _is_spelt_out(node) else None
    before = len(problems)
    fields = read_fields(given, switch, classes, named, problems, refusal=section.refusal)
    if section.registry is datasets and len(problems) == before:
        switch = _of_data_set(switch, classes, fields, node or named, problems)
    return [switch, *fields]


def _of_data_set(
    switch: Draft, classes: Mapping[str, type[DataSet]], fields: Sequence[Draft], node: Node, problems: Problems
) -> Draft:
    """The switch of the data set with the geometry that its fields, all of them fixed, lead to."""
    settings = {draft.path.rpartition(".")[2]: draft.constant for draft in fields}
    said = dict(switch.alternatives)
    for name, alternative in switch.alternatives.items():
        build: Callable[..., DataSet] = classes[str(name)]
        try:
            said[name] = replace(alternative, geometry=build(**settings).geometry)
        except DataError as error:
            problems.add(node, str(error))
    return replace(switch, alternatives=said)


def read_training(node: Node | None, root: Node, problems: Problems) -> list[Draft]:
    """The settings under ``training``."""
    if node is not None and not node.is_mapping:
        problems.add(node, "must be a mapping")
        return []
    said = declared(TrainingSettings)
    drafts = []
    for name, each in said.items():
        path = child_path("training", name)
        child = node.entries.get(name) if node is not None else None
        if child is None:
            drafts.append(Draft(path, node or root, each.default, default=each.default))
            continue
        reading = read_field(child, each, problems, refusal=_TRAINING_REFUSALS.get(name))
        if reading is not None:
            drafts.append(_field_draft(path, child, reading, None, {None: each.default}))
    for name, child in node.entries.items() if node is not None else ():
        if name not in said:
            problems.unknown(child, said, "must be a key of training")
    return drafts


def read_fields(
    node: Node | None,
    switch: Draft,
    classes: Mapping[Any, type[Plugin]],
    fallback: Node,
    problems: Problems,
    *,
    prefix: str | None = None,
    refusal: str | None = None,
) -> list[Draft]:
    """The fields of the plug-ins ``classes``, by the value of ``switch`` that chooses each.

    Args:
        node: the mapping that holds the fields, or None where the file has none.
        switch: the setting that chooses among the plug-ins.
        classes: the plug-ins by the switch's value.
        fallback: what messages point at for a field that the file leaves out.
        problems: takes what is wrong.
        prefix: path before the fields; None for that of the switch.
        refusal: the rule that forbids to search these fields, or None.
    """
    prefix = switch.path.rpartition(".")[0] if prefix is None else prefix
    said = {value: declared(cls) for value, cls in classes.items()}
    given = node.entries if node is not None else {}
    names = list(dict.fromkeys(name for each in said.values() for name in each))
    drafts: list[Draft] = []
    for name in names:
        path = child_path(prefix, name)
        knowing = {value: each[name] for value, each in said.items() if name in each}
        if name in given:
            found = _given_field(
                path, given[name], Owner(switch.path, tuple(knowing)), knowing, problems, refusal=refusal
            )
        else:
            found = _default_fields(path, fallback, switch.path, knowing)
        implied = _implications(path, knowing)
        drafts.extend(replace(draft, alternatives=implied) for draft in found)
    for name, child in given.items():
        if name not in names:
            owners = " or ".join(cls.name for cls in classes.values())
            problems.unknown(child, names, f"must be a field of {owners}")
    return drafts


def _given_field(
    path: str,
    node: Node,
    owner: Owner,
    knowing: Mapping[Setting, Declared],
    problems: Problems,
    *,
    refusal: str | None,
) -> list[Draft]:
    """The draft for a field that stands in the file; none where it is wrong."""
    reading = _suiting_all(node, knowing.values(), refusal, problems)
    if reading is None:
        return []
    defaults = {value: each.default for value, each in knowing.items()}
    return [_field_draft(path, node, reading, owner, defaults)]


def _suiting_all(node: Node, knowing: Iterable[Declared], refusal: str | None, problems: Problems) -> Reading | None:
    """What stands for a field; it must suit every plug-in that knows it, else None."""
    reading: Reading | None = None
    for said in knowing:
        reading = read_field(node, said, problems, refusal=refusal)
        if reading is None:
            return None
    return reading


def _field_draft(
    path: str, node: Node, reading: Reading, owner: Owner | None, defaults: Mapping[Setting, Setting]
) -> Draft:
    first = next(iter(defaults.values()))
    return Draft(path, node, reading.value, first, owner, reading.when, otherwise=defaults)


def _implications(path: str, knowing: Mapping[Setting, Declared]) -> dict[Setting, Alternative]:
    """The values of a field that imply facts; of plug-ins that differ in that, what any of them says counts."""
    implied: dict[Setting, Facts] = {}
    for said in knowing.values():
        for value, names in said.implies.items():
            implied[value] = implied.get(value, Facts()).with_also(names)
    return {value: Alternative(f"{path}: {text(value)}", facts) for value, facts in implied.items()}


def _default_fields(path: str, node: Node, switch: str, knowing: Mapping[Setting, Declared]) -> list[Draft]:
    """Drafts for a field that the file leaves out: one for each default that the plug-ins have."""
    groups: dict[tuple[type, Setting], list[Setting]] = {}
    for value, said in knowing.items():
        groups.setdefault((type(said.default), said.default), []).append(value)
    return [
        Draft(path, node, default, default, Owner(switch, tuple(values))) for (_, default), values in groups.items()
    ]


def _named(section: Section, node: Node | None, root: Node, problems: Problems) -> Node | None:
    """The node that names the plug-in; ``loss: minimax`` and ``loss: {choice: [...]}`` are short for ``name``."""
    path = child_path(section.path, section.key)
    default = DEFAULTS.get(path)
    if node is not None and not _is_spelt_out(node):
        return node
    if node is not None and section.key in node.entries:
        return node.entries[section.key]
    if default is not None:
        above = node or root
        return Node(path, above.file, above.line, default, default)
    problems.missing(node or root, path if node is None else section.key, "must be given")
    return None


def _is_spelt_out(node: Node) -> bool:
    return node.is_mapping and not is_dimension(node)


def _choice_of_plugin(section: Section, node: Node, problems: Problems) -> Reading | None:
    if node.is_mapping and section.refusal:
        problems.add(node, section.refusal)
        return None
    names: Sequence[str] = section.registry.names()
    if not names:
        problems.add(node, f"must be the name of a {section.registry.kind}; none is installed")
        return None
    reading = read_value(node, Choice(tuple(names)), problems)
    if reading is not None and reading.when is not None:
        problems.add(reading.when, "must not stand here: every trial needs a value")
        return None
    return reading


def _alternative(section: Section, cls: type[Any]) -> Alternative:
    misfit = cls.misfit if issubclass(cls, Network) else None
    return Alternative(f"{section.registry.kind} {cls.name}", getattr(cls, "facts", Facts()), misfit=misfit)
