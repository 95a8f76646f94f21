"""The reports of one recorded run: what its trial would have told the study, and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from gansearch.curves.corpus import CorpusRun
from gansearch.detectors.policy import DIVERGED
from gansearch.executors.replay.judging import Judge
from gansearch.records import (
    Assignment,
    Decision,
    End,
    Evaluation,
    Finding,
    LaneReport,
    MetricValue,
    Protocol,
    TrialEnd,
)

RECORDED: Final = Protocol("recorded", "", 0, 0, "test")
"""A study compares values of one corpus, whatever their protocol was."""


def reports(assignment: Assignment, run: CorpusRun, judge: Judge, metrics: Sequence[str]) -> Iterator[LaneReport]:
    """Every report of a run that nobody prunes, in their order; the last one has its end.

    Args:
        assignment: the trial.
        run: what was recorded with its settings.
        judge: says where detectors end it.
        metrics: that the study wants.
    """
    trial = _RecordedTrial(assignment, run, judge)
    evaluated = run.evaluations["step"].astype(int).tolist()
    columns = {name: run.evaluations[name].tolist() for name in metrics}
    for index, step in enumerate(evaluated):
        values = tuple(MetricValue(name, column[index], RECORDED) for name, column in columns.items())
        stop = trial.stop_until(step)
        if stop is not None and stop.step < step:  # at an epoch without an evaluation
            yield trial.report(stop.step, None, stop)
            return
        yield trial.report(step, Evaluation(step, trial.epoch(step), "recorded", False, values, 0.0), stop)
        if stop is not None:
            return
    if not evaluated or evaluated[-1] < run.steps:
        stop = trial.stop_until(run.steps)
        yield trial.report(run.steps if stop is None else stop.step, None, stop)


@dataclass(frozen=True)
class _RecordedTrial:
    assignment: Assignment
    run: CorpusRun
    judge: Judge

    def stop_until(self, step: int) -> Finding | None:
        """The finding that has ended it by then."""
        found = self.judge.until(self.run, step)
        if found.called is None or self.judge.spares(self.assignment.seed):
            return found.diverged
        return found.called

    def report(self, step: int, evaluation: Evaluation | None, stop: Finding | None) -> LaneReport:
        """What it tells after so many steps."""
        called = self.judge.until(self.run, step).called
        return LaneReport(
            identity=self.assignment.identity,
            attempt=self.assignment.attempt,
            step=step,
            epoch=self.epoch(step),
            evaluation=evaluation,
            end=self._end(step, stop),
            seconds=seconds_at(self.run, step),
            is_spared=called is not None and self.judge.spares(self.assignment.seed),
        )

    def epoch(self, step: int) -> int:
        """Whole epochs after so many steps."""
        return step // max(1, self.run.steps_per_epoch)

    def _end(self, step: int, stop: Finding | None) -> TrialEnd | None:
        epoch = self.epoch(step)
        if stop is not None:
            end = End.DIVERGED if stop.kind == DIVERGED else End.COLLAPSED
            return TrialEnd(end, stop.sentence, step, epoch, stop)
        if step < self.run.steps:
            return None
        return TrialEnd(End(self.run.end), f"{self.run.end} after {epoch} epochs when it was recorded", step, epoch)


def obeyed(report: LaneReport, decision: Decision) -> LaneReport:
    """What a trial tells once it has obeyed the answer to a report: that it is pruned, waits at a rung, or rests."""
    end = {Decision.PRUNE: End.PRUNED, Decision.PAUSE: End.PAUSED}.get(decision, End.BUDGET)
    said = TrialEnd(end, f"{end} at epoch {report.epoch}", report.step, report.epoch)
    return LaneReport(
        report.identity,
        report.attempt,
        report.step,
        report.epoch,
        None,
        said,
        report.seconds,
        is_spared=report.is_spared,
    )


def seconds_at(run: CorpusRun, step: int) -> float:
    """Seconds after which a run had done so many steps, as if each had taken as long."""
    return run.seconds * step / max(1, run.steps)
