"""What a plan of the kind ``ablation`` must not have beside it, and what no other plan may have."""

from __future__ import annotations

from gansearch.space.ablation import ABLATION, FACTORIAL
from gansearch.space.experiments_rules import check_baseline_replicates
from gansearch.space.nodes import Node
from gansearch.space.plan import Plan
from gansearch.space.problems import Problems

OWN = ("design", "resolution", "baseline")
_REFUSED = {
    "trials": "its design says how many there are",
    "enqueue": "every arm is tried once",
    "max_active_tricks": "an arm says which tricks it has on",
    "pruner": "arms are compared at their full budget",
    "sampler": "its design says what is tried",
}


def check_ablation(plan: Plan, node: Node, problems: Problems) -> None:
    """Note what does not suit an ablation, or any other plan.

    Args:
        plan: as read.
        node: what stands under ``plan``.
        problems: takes what is wrong.
    """
    entries = node.entries
    if plan.kind != ABLATION:
        for key in OWN:
            if key in entries:
                problems.add(entries[key], f"must be left out unless plan.kind is {ABLATION}")
        return
    for key, why in _REFUSED.items():
        if key in entries:
            problems.add(entries[key], f"must be left out in an ablation: {why}")
    if "resolution" in entries and plan.ablation is not None and plan.ablation.design != FACTORIAL:
        problems.add(entries["resolution"], f"must be left out unless plan.design is {FACTORIAL}")
    check_baseline_replicates(plan, node, problems)
