"""Reads a search space: text to tree, sections to drafts, drafts to a frozen ``SearchSpace``, every problem at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gansearch.records import Setting
from gansearch.space import yaml_text
from gansearch.space.ablation import ABLATION
from gansearch.space.ablation_reader import read_ablation
from gansearch.space.ablation_rules import check_ablation
from gansearch.space.arms import Arm, NamedSettings, configured, join
from gansearch.space.assembly import Assembly, assemble, in_order
from gansearch.space.budget_reader import read_budget
from gansearch.space.catalogue import find_space
from gansearch.space.conditions import read_conditions
from gansearch.space.conflicts import separate
from gansearch.space.drafts import Draft
from gansearch.space.evaluation import read_evaluation
from gansearch.space.experiments_reader import read_experiments
from gansearch.space.experiments_rules import KEY, check_data, check_experiments, check_fixed
from gansearch.space.fitting import check_fit, check_sizes
from gansearch.space.keep import read_keep
from gansearch.space.nodes import Node
from gansearch.space.overrides import merge, put
from gansearch.space.plan_reader import Around, plan_notes, read_plan
from gansearch.space.precision import check_precision
from gansearch.space.priors import read_priors
from gansearch.space.problems import Problems
from gansearch.space.queue_reader import read_queue
from gansearch.space.script_section import KEY as SCRIPT
from gansearch.space.script_section import ReadScript, check_lanes, read_script, script_drafts
from gansearch.space.search_space import SearchSpace
from gansearch.space.sections import SECTIONS, read_section, read_training
from gansearch.space.shipped import file_text
from gansearch.space.surroundings import read_detectors, read_resources
from gansearch.space.trick_limit import TrickLimit, check_limit
from gansearch.space.trick_section import read_tricks

KEYS = (
    "name",
    "dataset",
    "script",
    "parameters",
    "generator",
    "discriminator",
    "loss",
    "optimizer",
    "tricks",
    "training",
    "resources",
    "plan",
    "budget",
    "priors",
    "detectors",
    "evaluation",
    "keep",
)
PLAYERS = ("generator", "discriminator")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def load_space(name_or_path: str, overrides: Mapping[str, object] | None = None) -> SearchSpace:
    """The search space of that name or path.

    Args:
        name_or_path: a name in ``search_spaces/`` or the path of a YAML file.
        overrides: changes by dotted path, as if they stood in the file: ``{"plan.trials": 8}``.

    Raises:
        SpaceError: with every problem of the file.
    """
    path = find_space(name_or_path)
    return parse_space(file_text(path), str(path), overrides)


def parse_space(text: str, origin: str, overrides: Mapping[str, object] | None = None) -> SearchSpace:
    """The search space that ``text`` describes; ``origin`` names it in messages.

    Raises:
        SpaceError: with every problem of the text.
    """
    problems = Problems()
    root = yaml_text.compose(text, origin, problems)
    problems_of_text = len(problems)
    if root is None or not root.is_mapping:
        if not problems_of_text and root is not None:
            problems.add(root, "must be a mapping with name, dataset and plan", key="(file)")
        problems.raise_if_any()
    assert root is not None
    root = merge(root, overrides or {}, problems)
    space = _Reading(root, problems).space(_source(text, origin, root, overrides), origin)
    problems.raise_if_any()
    assert space is not None
    return space


@dataclass(frozen=True)
class _Reading:
    """One pass over a search space."""

    root: Node
    problems: Problems

    def space(self, source: str, origin: str) -> SearchSpace | None:
        """The space, or None where there are problems."""
        entries, problems = self.root.entries, self.problems
        name = self._name()
        script = read_script(self.root, origin, problems)
        read = self._read(script)
        drafts, assembly, notes = self._settings(read)
        resources = read_resources(entries.get("resources"), problems)
        if SCRIPT in entries:
            check_lanes(entries.get("resources"), resources, problems)
        check_precision(drafts, resources, problems)
        detectors = read_detectors(entries.get("detectors"), problems)
        evaluation = read_evaluation(entries.get("evaluation"), Around(drafts), problems)
        keep = read_keep(entries.get("keep"), problems)
        plan_node = entries.get("plan")
        budget = read_budget(entries.get("budget"), plan_node, resources, problems)
        plan = read_plan(plan_node, self.root, Around(drafts, budget), problems)
        queue = plan_node.entries.get("enqueue") if plan_node is not None else None
        most = None if plan is None else plan.max_active_tricks
        limit = TrickLimit.of(most, assembly.parameters, assembly.fixed, assembly.constants)
        check_limit(plan_node, limit, problems)
        enqueue = read_queue(queue, assembly.parameters, limit, self._unread(drafts), problems)
        priors = read_priors(entries.get("priors"), assembly.parameters, plan, self._unread(drafts), problems)
        if plan is None or name is None:
            return None
        space = SearchSpace(
            name=name,
            parameters=assembly.parameters,
            fixed=assembly.fixed,
            plan=replace(plan, enqueue=enqueue),
            resources=resources,
            detectors=detectors,
            source=source,
            origin=origin,
            constants=assembly.constants,
            evaluation=evaluation,
            keep=keep,
            budget=budget,
            priors=priors,
            script=None if script is None else script.script,
            notes=(*notes, *plan_notes(plan, Around(drafts))),
        )
        if plan_node is not None and not len(problems):
            _check_grid(space, plan_node, problems)
        return self._with_arms(space, read)

    def _with_arms(self, space: SearchSpace, read: Sequence[Draft]) -> SearchSpace:
        """The space with the arms of its experiments or its ablation, where its plan has some."""
        plan, problems = self.root.entries["plan"], self.problems
        check_experiments(space.plan, plan, problems)
        check_ablation(space.plan, plan, problems)
        if len(problems):
            return space
        arms: tuple[Arm, ...] = ()
        if space.plan.ablation is not None:
            ablation, arms = read_ablation(space.plan.ablation, plan, in_order(read, problems), problems)
            space = replace(space, plan=replace(space.plan, ablation=ablation))
        elif KEY in plan.entries:
            arms = self._arms_of_experiments(space, plan.entries[KEY])
        if not arms or len(problems):
            return space
        check_data(arms, plan.entries.get(KEY, plan), problems)
        joined = join(arms)
        return replace(space, arms=arms, parameters=(joined.parameter,), fixed=joined.fixed, constants=joined.constants)

    def _arms_of_experiments(self, space: SearchSpace, node: Node) -> tuple[Arm, ...]:
        wanted = read_experiments(node, self.problems)
        check_fixed(space, self.root, self.problems)
        if len(self.problems):
            return ()
        found = ((each, self._changed(each.changes)) for each in wanted)
        named = [
            NamedSettings(each.experiment, each.name, settings) for each, settings in found if settings is not None
        ]
        return configured(named, space.settings({}))

    def _changed(self, changes: Mapping[str, Node]) -> Mapping[str, Setting] | None:
        """Every setting with some changes, or None where something is wrong with them."""
        found, root = Problems(), self.root
        for path, node in changes.items():
            root = put(root, path, node, found)
        plan = root.entries["plan"].without(KEY, "baseline_replicates")
        plain = replace(root, content={**root.entries, "plan": plan})
        space = _Reading(plain, found).space("", self.root.file)
        if space is not None:
            check_fixed(space, plain, found)
        self.problems.absorb(found)
        return None if space is None or len(found) else space.settings({})

    def _name(self) -> str | None:
        entries = self.root.entries
        for key, child in entries.items():
            if key not in KEYS:
                self.problems.unknown(child, KEYS, "must be a section")
        node = entries.get("name")
        if node is None:
            self.problems.missing(self.root, "name", "must be given")
        elif not (isinstance(node.content, str) and NAME.fullmatch(node.content)):
            self.problems.add(node, "must be a word of letters, digits, dots, dashes and underscores")
        else:
            return node.content
        return None

    def _read(self, script: ReadScript | None) -> list[Draft]:
        """Every setting as the file has it, with what its ``when`` says."""
        drafts = script_drafts(script, self.root, self.problems) if SCRIPT in self.root.entries else self._drafts()
        check_fit(drafts, self.problems)
        check_sizes(drafts, self.problems)
        return read_conditions(drafts, self._unread(drafts), self.problems)

    def _settings(self, read: Sequence[Draft]) -> tuple[list[Draft], Assembly, list[str]]:
        """Every setting without conflicting combinations: as drafts, and joined."""
        before = len(self.problems)
        drafts, notes = in_order(read, self.problems), list[str]()
        if len(self.problems) == before:
            drafts, notes = separate(drafts, self.problems)
            drafts = in_order(drafts, self.problems)
        return drafts, assemble(drafts), notes

    def _drafts(self) -> list[Draft]:
        entries, problems = self.root.entries, self.problems
        optimizer = entries.get("optimizer")
        if optimizer is not None and not optimizer.is_mapping:
            problems.add(optimizer, "must be a mapping with generator and discriminator")
        for key, child in optimizer.entries.items() if optimizer is not None else ():
            if key not in PLAYERS:
                problems.unknown(child, PLAYERS, "must be a key of optimizer")
        drafts: list[Draft] = []
        for section in SECTIONS:
            first, _, second = section.path.partition(".")
            node = entries.get(first)
            drafts += read_section(section, node.entries.get(second) if second and node else node, self.root, problems)
        drafts += read_tricks(entries.get("tricks"), problems)
        return drafts + read_training(entries.get("training"), self.root, problems)

    def _unread(self, drafts: Sequence[Draft]) -> set[str]:
        """Paths that stand in the file without having become settings, where something has been wrong."""
        if not len(self.problems):
            return set()
        read = {draft.path for draft in drafts}
        return {path for path in _paths(self.root) if path not in read}


def _check_grid(space: SearchSpace, plan: Node, problems: Problems) -> None:
    """Refuse a grid of more points than anyone can run, before they are made."""
    if space.plan.kind == ABLATION or "grid" not in (space.plan.kind, space.plan.sampler["name"]):
        return
    try:
        space.grid()
    except ValueError as error:
        problems.add(plan, f"must be a plan that ends: {error}")


def _paths(node: Node) -> Iterator[str]:
    for child in node.entries.values():
        yield child.path
        yield from _paths(child)


def _source(text: str, origin: str, root: Node, overrides: Mapping[str, object] | None) -> str:
    """The text as read; with overrides the whole space anew, so that the text alone says what is run."""
    if not overrides:
        return text
    changes = "".join(f"#   {path}: {' '.join(str(value).split())}\n" for path, value in overrides.items())
    return f"# {Path(origin).name} with changes from the command line:\n{changes}{yaml_text.dump(root.plain())}"
