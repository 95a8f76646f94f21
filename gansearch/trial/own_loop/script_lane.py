"""The record of a trial whose training is a script: evaluations may come without samples."""

from __future__ import annotations

from gansearch.records import Evaluation, to_json
from gansearch.trial.lane_run import LaneRun


class ScriptLane(LaneRun):
    """Records one trial and judges it."""

    def record_metrics(self, evaluation: Evaluation) -> None:
        """Take an evaluation without samples."""
        self._append("evaluation", to_json(evaluation))
        self._evaluations.append(evaluation)

    def flush(self) -> None:
        """Make what has been recorded durable, where no checkpoint does."""
        self._writer.flush()

    def last_signals(self) -> dict[str, float]:
        """The last value of every signal; none before the first step."""
        columns = {name: parts[-1] for name, parts in self._signals.items() if parts}
        return {name: float(column[-1]) for name, column in columns.items() if len(column)}

    def evaluations(self) -> tuple[Evaluation, ...]:
        """At rungs, so far."""
        return tuple(self._evaluations)
