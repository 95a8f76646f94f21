"""Refuses a number format that the device of the space does not have, before anything is sampled or started."""

from __future__ import annotations

from collections.abc import Sequence

from gansearch.space.drafts import Draft
from gansearch.space.fitting import naming
from gansearch.space.plan import Resources
from gansearch.space.problems import Problems

KEY = "training.precision"
FULL = "fp32"
"""What every device has."""


def check_precision(drafts: Sequence[Draft], resources: Resources, problems: Problems) -> None:
    """Note every reduced precision that is fixed or among the choices where trials have no GPU."""
    if resources.trains_on == "cuda":
        return
    why = "resources.device is cpu" if resources.gpu > 0 else "resources.gpu is 0"
    for draft in drafts:
        if draft.path == KEY:
            for value in draft.values:
                if value != FULL:
                    problems.add(
                        naming(draft.node, value),
                        f"must be {FULL} where {why}: tf32 and bf16 are number formats of a GPU",
                    )
