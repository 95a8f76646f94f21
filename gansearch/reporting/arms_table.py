"""The arms of a plan of experiments as a table: what each changes, and what its runs came to."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gansearch.records import Setting
from gansearch.reporting import statistics
from gansearch.reporting.document import Table
from gansearch.reporting.material import StudyMaterial
from gansearch.reporting.wording import code, interval, number, setting
from gansearch.space.arms import ARM


def arms_table(material: StudyMaterial) -> Table:
    """A row per arm, the baseline first; values are medians over its completed runs."""
    baseline = material.space.arms[0].settings
    rows = []
    for arm in material.space.arms:
        runs = [trial for trial in material.trials if trial.parameters.get(ARM) == arm.name]
        values = [trial.values[0] for trial in runs if trial.values is not None]
        found = statistics.median(np.array(values, dtype=np.float64))
        said = f"{number(found.value)} ({interval(found.interval)})" if values else "-"
        experiments = ", ".join(arm.experiments) or "-"
        rows.append(
            (code(arm.name), experiments, _changes(baseline, arm.settings), f"{len(values)} of {len(runs)}", said)
        )
    objective = material.space.plan.objectives[0].metric
    return Table(("arm", "experiments", "what it changes", "completed runs", f"median {code(objective)}"), rows)


def _changes(baseline: Mapping[str, Setting], settings: Mapping[str, Setting]) -> str:
    """What differs from the baseline, or is not there in it."""
    changed = [path for path in sorted(settings) if path not in baseline or settings[path] != baseline[path]]
    return "; ".join(f"{code(path)} {setting(settings[path])}" for path in changed) or "-"
