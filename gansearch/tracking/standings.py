"""One number per run and metric, for columns and axes: the best value so far, and the last one of a whole run.

``best_*`` is there for every run, from its first evaluation on. ``final_*`` is there for completed runs alone, since
the last value of a run that was stopped early does not compare with those of whole ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

from gansearch.records import Evaluation
from gansearch.tracking.pending import Point

BEST, FINAL = "best_", "final_"

Better = Callable[[str], Literal["minimize", "maximize"] | None]


class Standings:
    """What the evaluations at rungs of one run come to; those of the end have another protocol and stay apart.

    Args:
        better: which values of a metric are the better ones; None where nobody says, and there is no best one.
    """

    def __init__(self, better: Better) -> None:
        self._better = better
        self._best: dict[str, float] = {}
        self._last: list[Point] = []

    def take(self, evaluation: Evaluation, now_ms: int) -> list[Point]:
        """The metrics that are better than ever before in this run.

        Args:
            evaluation: at a rung, of the run's own generator.
            now_ms: when, milliseconds since 1970.
        """
        step, values = evaluation.step, {metric.name: metric.value for metric in evaluation.metrics}
        self._last = [Point("final_values", FINAL + name, value, step, now_ms) for name, value in values.items()]
        better = {name: value for name, value in values.items() if self._is_better(name, value)}
        self._best.update(better)
        return [Point("best", BEST + name, value, step, now_ms) for name, value in better.items()]

    def final(self) -> list[Point]:
        """The values of the last evaluation; for a run that has had its whole budget."""
        return self._last

    def _is_better(self, name: str, value: float) -> bool:
        direction = self._better(name)
        if direction is None or not math.isfinite(value):
            return False
        if name not in self._best:
            return True
        return value < self._best[name] if direction == "minimize" else value > self._best[name]
