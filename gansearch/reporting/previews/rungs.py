"""The epochs at which a pruner judges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gansearch.records import Setting
from gansearch.space.options import default_first_rung
from gansearch.space.plan import WILCOXON

NEVER: Final = ("none", WILCOXON)
"""Those that judge no value at a rung; Wilcoxon's compares final ones."""
FACTORS: Final = {"hyperband": 3, "successive_halving": 4, "promotion": 4}
"""By pruner with rungs of its own: the factor between them where none is given."""


def rungs(pruner: Mapping[str, Setting], epochs: int, evaluate_every: int) -> tuple[int, ...]:
    """Epochs before the last at which runs are pruned or wait; of Hyperband those of its longest bracket.

    Args:
        pruner: ``name`` and options of the plan.
        epochs: of a full run.
        evaluate_every: epochs between evaluations; 0 where that is measured at the launch.
    """
    name, every = str(pruner["name"]), max(1, evaluate_every)
    if name in NEVER:
        return ()
    if name not in FACTORS:
        return tuple(range(every, epochs, every)) if evaluate_every else ()  # median, percentile, patient
    usual = 1 if name == "hyperband" else default_first_rung(epochs)
    rung = max(every, int(pruner.get("min_resource") or usual))
    factor = int(pruner.get("reduction_factor") or FACTORS[name])
    found = []
    while rung < epochs:
        found.append(rung)
        rung *= factor
    return tuple(found)
