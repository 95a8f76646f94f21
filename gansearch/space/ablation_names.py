"""What the arms of an ablation are called: ``ema``, ``without ema``, ``generator.layers=5``, ``ema + pacgan``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gansearch.records import Setting
from gansearch.space.ablation import Factor
from gansearch.space.configuration import OFF
from gansearch.space.dimension_values import text
from gansearch.space.experiments_reader import BASELINE

TRICKS = "tricks."
ENABLED = ".enabled"


def level_name(path: str, level: Setting) -> str:
    """One factor at one level; a trick is called by its name."""
    name = path.removeprefix(TRICKS)
    if path.startswith(TRICKS) and path.endswith(ENABLED):
        name = name.removesuffix(ENABLED)
        return name if level is True else f"without {name}"
    if path.startswith(TRICKS) and "." not in name:
        return f"without {name}" if level == OFF else str(level)
    return f"{name.removesuffix('.name')}={text(level)}"


def point_name(factors: Sequence[Factor], levels: Mapping[str, Setting]) -> str:
    """Everything in which a point differs from the baseline, in the order of the file; ``baseline`` where nothing."""
    changed = [each for each in factors if levels[each.path] != each.baseline]
    return " + ".join(level_name(each.path, levels[each.path]) for each in changed) or BASELINE
