"""Whether a study's budget is spent on what running trials use: hours of driving it, GPU-hours, epochs, money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gansearch.space.plan import Budget

SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True)
class Bound:
    """One bound of a budget."""

    key: str
    used: float
    most: float
    planned: float | None
    """What the space says, which may have been changed since; None for no bound."""
    is_spent: bool
    """Whether it keeps the study from going on."""


def bounds(budget: Budget, planned: Budget, used: Mapping[str, float | None], trials: int | None) -> tuple[Bound, ...]:
    """Every bound that there is.

    Args:
        budget: that holds now.
        planned: of the space.
        used: by key, in the order of the bounds.
        trials: of the plan, whatever the budget says; None for no number.
    """
    found = []
    for key, so_far in used.items():
        most = getattr(budget, key)
        if most is not None and so_far is not None:
            is_spent = so_far >= most and (key != "trials" or trials is None or trials > most)
            found.append(Bound(key, so_far, most, getattr(planned, key), is_spent))
    return tuple(found)


def spent(budget: Budget, *, hours: float, gpu_hours: float, epochs: int) -> str | None:
    """Why running trials must rest now, as a sentence, or None.

    Trials that have begun are not among them: ``budget.trials`` only bounds how many begin.

    Args:
        budget: of the study.
        hours: for which it was driven.
        gpu_hours: of its packs.
        epochs: trained in all its trials.
    """
    if budget.hours is not None and hours >= budget.hours:
        return f"the study's {budget.hours:g} hours are spent"
    if budget.gpu_hours is not None and gpu_hours >= budget.gpu_hours:
        return f"the study's {budget.gpu_hours:g} GPU-hours are spent"
    cost = budget.cost_of(gpu_hours)
    if budget.cost is not None and cost is not None and cost >= budget.cost:
        return f"the study's {budget.cost:g} are spent, at {budget.cost_per_gpu_hour:g} a GPU-hour"
    if budget.epochs is not None and epochs >= budget.epochs:
        return f"the study's {budget.epochs} epochs are spent"
    return None
