"""What a plan of experiments must not have beside them."""

from __future__ import annotations

from collections.abc import Sequence

from gansearch.space.ablation import ABLATION
from gansearch.space.arms import Arm
from gansearch.space.nodes import Node
from gansearch.space.plan import Plan
from gansearch.space.problems import Problems
from gansearch.space.search_space import SearchSpace

KEY = "experiments"
DATA = "dataset."
_REFUSED = {
    "enqueue": "every arm is tried once, in the order of the file",
    "max_active_tricks": "an arm says which tricks it has on",
    "pruner": "arms are compared at their full budget",
}


def check_experiments(plan: Plan, node: Node, problems: Problems) -> None:
    """Note what does not suit a plan with experiments, or one without.

    Args:
        plan: as read.
        node: what stands under ``plan``.
        problems: takes what is wrong.
    """
    entries = node.entries
    if KEY not in entries:
        if "baseline_replicates" in entries and plan.kind != ABLATION:
            problems.add(
                entries["baseline_replicates"],
                f"must be left out without plan.{KEY} or an ablation, which have a baseline",
            )
        return
    if plan.kind != "grid":
        problems.add(entries.get("kind", node), f"must be grid where there are plan.{KEY}", value=plan.kind)
    for key, why in _REFUSED.items():
        if key in entries:
            problems.add(entries[key], f"must be left out beside plan.{KEY}: {why}")
    check_baseline_replicates(plan, node, problems)


def check_baseline_replicates(plan: Plan, node: Node, problems: Problems) -> None:
    """Note a baseline with fewer runs than the other arms, or with more where they are single runs."""
    entries, more = node.entries, plan.baseline_replicates
    if more is not None and more > 1 and plan.replicates == 1:
        problems.add(entries["baseline_replicates"], "must be left out where plan.replicates is 1")
    elif more is not None and more < plan.replicates:
        problems.add(entries["baseline_replicates"], f"must be at least plan.replicates, {plan.replicates}")


def check_data(arms: Sequence[Arm], node: Node, problems: Problems) -> None:
    """Note every arm with another data set than the baseline: a study has one, and values compare on one alone."""
    settings = [{path: value for path, value in arm.settings.items() if path.startswith(DATA)} for arm in arms]
    for arm, own in zip(arms, settings, strict=True):
        if own != settings[0]:
            problems.add(node, "must leave the data set as it is: make a study for each", value=arm.name)


def check_fixed(space: SearchSpace, root: Node, problems: Problems) -> None:
    """Note every setting that is searched: with experiments they say what varies."""
    for parameter in space.parameters:
        problems.add(
            _deepest(root, parameter.path),
            f"must be fixed where there are plan.{KEY}: they say what varies",
            key=parameter.path,
        )


def _deepest(node: Node, path: str) -> Node:
    """The node at a dotted path, or the last one on the way to it."""
    for key in path.split("."):
        if key not in node.entries:
            break
        node = node.entries[key]
    return node
