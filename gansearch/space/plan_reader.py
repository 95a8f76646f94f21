"""Reads ``plan`` and refuses what cannot work: pruning of several objectives, a grid without an end, and the like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from gansearch.dimensions import Choice, Float
from gansearch.metrics import Metric, metrics
from gansearch.plugins import nearest
from gansearch.records import Setting
from gansearch.space.ablation import ABLATION, FACTORIAL, Ablation
from gansearch.space.drafts import Draft
from gansearch.space.nodes import Node
from gansearch.space.options import PRUNER_DEFAULTS, PRUNERS, SAMPLERS, Table, default_first_rung, read_options
from gansearch.space.plan import PROMOTION, WILCOXON, Budget, Objective, Plan
from gansearch.space.problems import Problems
from gansearch.space.script import FILE
from gansearch.space.shells import ObjectiveShell, PlanShell, validate
from gansearch.space.values import read_scalar

DEFAULT_METRIC = "frechet_distance"
LISTED = ("grid", ABLATION)
"""Kinds of plans that say themselves what is tried: no sampler chooses."""


@dataclass(frozen=True)
class Around:
    """What the rest of the space says that a plan must suit."""

    drafts: Sequence[Draft]
    """Settings of the sections, as far as they could be read."""
    budget: Budget = field(default_factory=Budget)

    def fixed(self, path: str) -> Setting:
        """A fixed setting, or None where there is none."""
        return next((draft.constant for draft in self.drafts if draft.path == path and draft.dimension is None), None)

    @property
    def own_metrics(self) -> bool:
        """Whether trials may give metrics of their own: where a script trains."""
        return self.fixed(FILE) is not None

    @property
    def has_data(self) -> bool:
        """Whether there is a data set to measure samples against."""
        return any(each.geometry for draft in self.drafts for each in draft.alternatives.values())

    def lacking(self, metric: type[Metric]) -> str | None:
        """What the data set lacks for a metric, in words, as far as its geometry tells; None for nothing."""
        found = [each.geometry for draft in self.drafts for each in draft.alternatives.values() if each.geometry]
        if not found:
            return None
        is_points = len(found[0].shape) == 1
        if (metric.needs_classes or metric.needs_classifier) and not found[0].classes:
            return "classes"
        if metric.needs_classifier and is_points:
            return "a classifier"
        return "known modes" if metric.needs_modes and not is_points else None


def read_plan(node: Node | None, root: Node, around: Around, problems: Problems) -> Plan | None:
    """The plan without its queue, or None where it is wrong."""
    if node is None:
        problems.missing(root, "plan", "must be given")
        return None
    shell = validate(PlanShell, node, problems)
    entries = node.entries
    is_listed = "kind" in entries and entries["kind"].content in LISTED
    sampler = _options(entries.get("sampler"), "grid" if is_listed else "tpe", SAMPLERS, problems)
    pruner = _options(entries.get("pruner"), "none", PRUNERS, problems)
    objectives = _objectives(entries.get("objective"), node, around, problems)
    if shell is None or sampler is None or pruner is None or objectives is None:
        return None
    plan = Plan(
        kind=shell.kind,
        trials=shell.trials,
        replicates=shell.replicates,
        sampler=sampler,
        pruner=_filled(pruner, around),
        objectives=objectives,
        enqueue=(),
        seed=shell.seed,
        baseline_replicates=shell.baseline_replicates,
        is_paired="experiments" in entries or shell.kind == ABLATION,
        max_active_tricks=shell.max_active_tricks,
        deaths=shell.deaths,
        ablation=_ablation(shell),
    )
    _check_sampler(plan, node, around, problems)
    _check_pruner(plan, node, around, problems)
    if len({objective.generator for objective in objectives}) > 1:
        problems.add(entries["objective"], "must take the same generator, ema or live, in every objective")
    return plan


def _ablation(shell: PlanShell) -> Ablation | None:
    """The design; factors and contrasts follow once the rest of the space is read."""
    if shell.kind != ABLATION:
        return None
    return Ablation(shell.design, shell.resolution if shell.design == FACTORIAL else None)


def _options(node: Node | None, default: str, table: Table, problems: Problems) -> dict[str, Setting] | None:
    return {"name": default} if node is None else read_options(node, table, problems)


def _filled(pruner: Mapping[str, Setting], around: Around) -> dict[str, Setting]:
    """The pruner with explicit resources: Optuna's ``auto`` waits for a trial to complete."""
    filled = {**PRUNER_DEFAULTS.get(str(pruner["name"]), {}), **pruner}
    epochs = around.fixed("training.epochs")
    if "hyperband" in (pruner["name"], filled.get("wrapped")) and epochs is not None:
        filled.setdefault("max_resource", epochs)
    if pruner["name"] in ("successive_halving", PROMOTION):
        filled.setdefault("min_resource", default_first_rung(epochs) if isinstance(epochs, int) else 1)
    return {"name": pruner["name"], **filled}


def _objectives(node: Node | None, plan: Node, around: Around, problems: Problems) -> tuple[Objective, ...] | None:
    """One objective or a list of them."""
    before = len(problems)
    if node is None and around.own_metrics and not around.has_data:
        problems.missing(plan, "objective", "must be given: without a data set only the script knows metrics")
        return None
    if node is None:
        node = Node("plan.objective", plan.file, plan.line, DEFAULT_METRIC, DEFAULT_METRIC)
    if node.is_list and not node.items:
        problems.add(node, "must have at least one objective")
    found = [_objective(item, around, problems) for item in (node.items if node.is_list else (node,))]
    objectives = tuple(objective for objective in found if objective is not None)
    for index, objective in enumerate(objectives):
        if len(problems) == before and objective in objectives[:index]:
            problems.add(node.items[index], "must differ from the other objectives")
    return objectives if len(problems) == before else None


def _objective(node: Node, around: Around, problems: Problems) -> Objective | None:
    if isinstance(node.content, str):
        node = replace(node, content={"metric": replace(node, path=f"{node.path}.metric")})
    shell = validate(ObjectiveShell, node, problems)
    named = node.entries.get("metric")
    if named is None or not isinstance(named.content, str):
        return None
    if around.own_metrics and named.content not in _measured_at_rungs():
        return _own_objective(named, shell, problems)
    if read_scalar(named, Choice(metrics.names()), problems) is None:
        return None
    metric = metrics.get(named.content)
    if metric.when != "rung":
        problems.add(named, "must be a metric of every evaluation: this one is measured at the end of a trial alone")
        return None
    lacking = around.lacking(metric)
    if lacking is not None:
        problems.add(named, f"must be a metric that the data set allows: it has no {lacking.removeprefix('a ')}")
    if shell is None:
        return None
    return Objective(shell.metric, shell.value, shell.generator, shell.direction or metric.direction)


def _measured_at_rungs() -> tuple[str, ...]:
    """The metrics that every evaluation has; a script may call its own as any other."""
    return tuple(metric.name for metric in metrics if metric.when == "rung")


def _own_objective(named: Node, shell: ObjectiveShell | None, problems: Problems) -> Objective | None:
    """An objective whose metric the script gives; nobody but the user knows which way is better."""
    if shell is None:
        return None
    if shell.direction is None:
        known = _measured_at_rungs()
        rule = f"must stand with direction where the script gives it, or be one of {', '.join(known)}"
        problems.add(named, rule, suggestion=nearest(shell.metric, known))
        return None
    return Objective(shell.metric, shell.value, shell.generator, shell.direction)


def _check_sampler(plan: Plan, node: Node, around: Around, problems: Problems) -> None:
    name = plan.sampler["name"]
    at = node.entries.get("sampler", node)
    if plan.kind == "grid" and name != "grid":
        problems.add(at, "must be left out: a grid tries every combination")
    if plan.kind in LISTED or name == "grid":
        what = "an ablation" if plan.kind == ABLATION else "a grid"
        for draft in around.drafts:
            if isinstance(draft.dimension, Float) and draft.dimension.step is None:
                problems.add(draft.node, f"must have a step, or be a choice: {what} needs countable values")
    elif plan.trials is None and not around.budget.is_bound:
        rule = "must have trials, or the space a budget with a bound: a search has no end of its own"
        problems.add(node, rule, value="neither")
    if name == "cmaes" and len(plan.objectives) > 1:
        problems.add(at, "must be a sampler for several objectives: tpe, random, gp, qmc, nsgaii or grid")
    if plan.sampler.get("group") is True and plan.sampler.get("multivariate") is not True:
        problems.add(at.entries["group"], "must stand with multivariate: true")


def _check_pruner(plan: Plan, node: Node, around: Around, problems: Problems) -> None:
    name = plan.pruner["name"]
    at = node.entries.get("pruner", node)
    if name != "none" and len(plan.objectives) > 1:
        problems.add(at, f"must be none: nothing can be pruned by {len(plan.objectives)} objectives")
    if name == WILCOXON and plan.replicates < 2:
        problems.add(at, "must have plan.replicates of at least 2: the test compares runs of the same configuration")
    if name == PROMOTION:
        _check_promotion(plan, at, around, problems)
    if "hyperband" in (name, plan.pruner.get("wrapped")):
        _check_hyperband(plan, at, around, problems)


def _check_promotion(plan: Plan, at: Node, around: Around, problems: Problems) -> None:
    """What waits is one run, and it must be able to go on from its checkpoint."""
    if plan.replicates > 1:
        problems.add(
            at, f"must stand with plan.replicates of 1, where one run is one trial; there are {plan.replicates}"
        )
    if around.own_metrics:
        problems.add(
            at, "must not stand with a script: whether one goes on from its checkpoint is not known before it runs"
        )
    lowest, epochs = plan.pruner["min_resource"], around.fixed("training.epochs")
    if "min_resource" in at.entries and isinstance(lowest, int) and isinstance(epochs, int) and lowest >= epochs:
        problems.add(at.entries["min_resource"], f"must be below training.epochs, which is {epochs}: no rung is left")


def _check_hyperband(plan: Plan, at: Node, around: Around, problems: Problems) -> None:
    """A range that was written must fit; one that follows from the epochs always does, however few they are."""
    low, high = plan.pruner.get("min_resource", 1), plan.pruner.get("max_resource")
    epochs = around.fixed("training.epochs")
    if "max_resource" not in at.entries or not isinstance(low, int) or not isinstance(high, int):
        return
    if isinstance(epochs, int) and high > epochs:
        problems.add(at.entries["max_resource"], f"must be at most training.epochs, which is {epochs}")
    elif low >= high:
        problems.add(at.entries.get("min_resource", at), f"must have min_resource below max_resource, which is {high}")


def plan_notes(plan: Plan, around: Around) -> list[str]:
    """What a reader may not expect of the plan: a try with few epochs leaves a pruner nothing to decide."""
    # Left out, the distance between evaluations is measured at the launch; it is an epoch at least.
    epochs, every = around.fixed("training.epochs"), around.fixed("training.evaluate_every") or 1
    name = plan.pruner["name"]
    if name in ("none", WILCOXON) or not isinstance(epochs, int) or not isinstance(every, int) or epochs > every:
        return []
    return [f"plan.pruner: {name} prunes nothing here: {epochs} epochs with evaluations {every} apart have no rung"]
