"""Drives a study with recorded runs on a simulated clock, with simulated workers; nothing in it is random."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from gansearch.curves.corpus import CorpusRun
from gansearch.detectors import policy_from_settings
from gansearch.executors.replay.judging import Judge
from gansearch.executors.replay.recorded_trial import obeyed, reports
from gansearch.records import Assignment, Decision, End, LaneReport, Setting, TrialIdentity
from gansearch.study import Study

Curve: TypeAlias = Callable[[Mapping[str, Setting], int], CorpusRun]
"""The recorded run of a trial, by its settings and its seed."""


@dataclass(frozen=True)
class SimulatedRun:
    """One run of a replay."""

    assignment: Assignment
    began_s: float
    """On the simulated clock, as ``ended_s``."""
    ended_s: float
    full_s: float
    """That it took when it was recorded, to its end."""
    end: End
    value: float | None
    """Of the first objective, as the study worked it out; None where it did not complete."""


@dataclass
class Simulation:
    """What a replay came to, and what the study's own work took."""

    runs: list[SimulatedRun] = field(default_factory=list)
    """In the order in which they ended; equal moments in the order of trials."""
    ask_s: float = 0.0
    """Wall-clock seconds of asking for trials, as ``report_s`` of reporting."""
    report_s: float = 0.0

    @property
    def simulated_s(self) -> float:
        """From the beginning of the first run to the end of the last one."""
        return max((run.ended_s for run in self.runs), default=0.0)


@dataclass(order=True)
class _Event:
    """The next report of a run at work; of two at one moment the one of the lower number comes first."""

    moment_s: float
    identity: TrialIdentity
    report: LaneReport = field(compare=False)
    later: Iterator[LaneReport] = field(compare=False)
    began: tuple[Assignment, CorpusRun, float] = field(compare=False)


def simulate(study: Study, curve: Curve, *, workers: int, judge: Judge | None = None) -> Simulation:
    """Run a study to its end.

    Args:
        study: open.
        curve: the recorded run of each trial.
        workers: runs at a time.
        judge: applies the study's detectors; None makes one. Searches with one policy may share it.

    Raises:
        ExecutorError: where a recorded run lacks an objective.
    """
    judge = judge or Judge(policy_from_settings(study.space.detectors))
    return _Simulator(study, curve, judge, workers).run()


class _Simulator:
    def __init__(self, study: Study, curve: Curve, judge: Judge, workers: int) -> None:
        self._study = study
        self._curve = curve
        self._judge = judge
        self._workers = workers
        self._metrics = [objective.metric for objective in study.space.plan.objectives]
        self._events: list[_Event] = []
        self._over: list[tuple[_Event, End]] = []
        self._found = Simulation()

    def run(self) -> Simulation:
        """Until the study has nothing to start and nothing is at work."""
        self._start(0.0)
        while self._events:
            event = heapq.heappop(self._events)
            self._tell(event)
            self._start(event.moment_s)
        self._found.runs = self._runs()
        return self._found

    def _start(self, moment_s: float) -> None:
        """Let free workers begin what the study has for them."""
        while len(self._events) < self._workers:
            since = time.perf_counter()
            assignment = self._study.ask()
            self._found.ask_s += time.perf_counter() - since
            if assignment is None:
                return
            run = self._curve(assignment.settings, assignment.seed)
            self._next(reports(assignment, run, self._judge, self._metrics), (assignment, run, moment_s))

    def _next(self, later: Iterator[LaneReport], began: tuple[Assignment, CorpusRun, float]) -> None:
        report = next(later)
        heapq.heappush(self._events, _Event(began[2] + report.seconds, report.identity, report, later, began))

    def _tell(self, event: _Event) -> None:
        """Report, and obey the answer."""
        report = event.report
        decision = self._report(report)
        if report.end is None and decision is Decision.CONTINUE:
            self._next(event.later, event.began)
            return
        if report.end is None:
            report = obeyed(report, decision)
            self._report(report)
        assert report.end is not None
        self._over.append((event, report.end.end))

    def _report(self, report: LaneReport) -> Decision:
        since = time.perf_counter()
        decision = self._study.report(report)
        self._found.report_s += time.perf_counter() - since
        return decision

    def _runs(self) -> list[SimulatedRun]:
        rows = {row.identity: row for row in self._study.trials()}
        found = []
        for event, end in self._over:
            assignment, run, began_s = event.began
            row = rows[assignment.identity]
            told = row.end or end  # the study may know better: a run whose objective is not finite diverged
            found.append(SimulatedRun(assignment, began_s, event.moment_s, run.seconds, told, row.value))
        return found
