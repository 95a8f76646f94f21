"""Refuses networks that could never be built, before anything is sampled or started."""

from __future__ import annotations

from collections.abc import Sequence

from gansearch.records import Setting
from gansearch.space.drafts import Draft
from gansearch.space.nodes import Node
from gansearch.space.problems import Problems


def check_fit(drafts: Sequence[Draft], problems: Problems) -> None:
    """Note every architecture that is named, fixed or among the choices, and does not take the data set's samples.

    The data set is the same in every trial, so such an architecture could never be trained.
    """
    sources = [each for draft in drafts for each in draft.alternatives.values() if each.geometry is not None]
    for source in sources:
        assert source.geometry is not None
        for draft in drafts:
            for value, alternative in draft.alternatives.items():
                needed = None if alternative.misfit is None else alternative.misfit(source.geometry)
                if needed is not None:
                    rule = f"must suit {source.label}: {alternative.label} needs {needed}"
                    problems.add(
                        naming(draft.node, value), f"{rule}; its samples have the shape {source.geometry.shape}"
                    )


def naming(node: Node, value: Setting) -> Node:
    """Where in the file the value stands: in a list of choices, or at the node itself."""
    listed = node.entries.get("choice")
    return next((item for item in listed.items if item.content == value), node) if listed is not None else node


def check_sizes(drafts: Sequence[Draft], problems: Problems) -> None:
    """Note a discriminator whose size is given twice: as a number, and as a share of the generator's."""
    given = {draft.path: draft for draft in drafts if draft.value is not None}
    ratio, budget = (given.get(f"discriminator.{name}") for name in ("capacity_ratio", "parameter_budget"))
    if ratio is not None and budget is not None:
        problems.add(ratio.node, f"must stand alone: {budget.path} decides the same")
