"""Reads ``budget``, and the two of its bounds that may stand in ``plan`` instead."""

from __future__ import annotations

from dataclasses import replace

from gansearch.space.nodes import Node
from gansearch.space.plan import Budget, Resources
from gansearch.space.problems import Problems
from gansearch.space.shells import BudgetShell, validate

OLDER = ("hours", "epochs")
"""Keys that stood in ``plan`` before there was ``budget``; they mean the same there."""


def read_budget(node: Node | None, plan: Node | None, resources: Resources, problems: Problems) -> Budget:
    """The bounds of the section and of ``plan``; a bound that is wrong is left out, and noted."""
    shell = None if node is None else validate(BudgetShell, node, problems)
    budget = Budget()
    if shell is not None and node is not None:
        budget = Budget(
            hours=_number(shell.hours),
            gpu_hours=_number(shell.gpu_hours),
            epochs=shell.epochs,
            trials=shell.trials,
            cost_per_gpu_hour=_number(shell.cost_per_gpu_hour),
            cost=_number(shell.cost),
        )
        _check(node, resources, problems)
    return _with_older(budget, node, plan, problems)


def _check(node: Node, resources: Resources, problems: Problems) -> None:
    given = _given(node)
    if "cost" in given and "cost_per_gpu_hour" not in given:
        problems.add(given["cost"], "must stand with cost_per_gpu_hour: nothing else says what a GPU-hour costs")
    for key in ("gpu_hours", "cost"):
        if key in given and resources.gpu == 0:
            problems.add(given[key], "must be left out where resources.gpu is 0: no GPU-hour is ever used")


def _with_older(budget: Budget, node: Node | None, plan: Node | None, problems: Problems) -> Budget:
    """The budget with what ``plan`` says; whether that is well-formed is for the reader of the plan to say."""
    older, newer = _given(plan), _given(node)
    for key in OLDER:
        if key in older and key in newer:
            problems.add(older[key], f"must be left out beside budget.{key}: they are two spellings of one bound")
    hours, epochs = (older[key].content if key in older else None for key in OLDER)
    if isinstance(hours, (int, float)):
        budget = replace(budget, hours=float(hours))
    if isinstance(epochs, int):
        budget = replace(budget, epochs=epochs)
    return budget


def _given(node: Node | None) -> dict[str, Node]:
    """The keys of a section that have a value."""
    entries = node.entries if node is not None else {}
    return {key: child for key, child in entries.items() if child.content is not None}


def _number(value: float | None) -> float | None:
    """A whole number as any other."""
    return None if value is None else float(value)
