"""Whether a study's budget is spent on what running trials use: hours of driving it, GPU-hours, epochs, money."""

from __future__ import annotations

from gansearch.space.plan import Budget

SECONDS_PER_HOUR = 3600.0


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
