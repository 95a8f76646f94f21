"""Drives a study with recorded runs on a simulated clock, with simulated workers; nothing in it is random."""

from __future__ import annotations

import heapq
import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
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
    """Of one that was given up while it waited at a rung: when it was paused for the last time."""
    full_s: float
    """That it took when it was recorded, to its end."""
    end: End
    value: float | None
    """Of the first objective, as the study worked it out; None where it did not complete."""
    paused_s: float = 0.0
    """That it waited at rungs in between, without a worker."""

    @property
    def used_s(self) -> float:
        """That a worker had it."""
        return self.ended_s - self.began_s - self.paused_s


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


@dataclass
class _Course:
    """A run that has begun."""

    assignment: Assignment
    """Of its newest attempt."""
    run: CorpusRun
    later: Iterator[LaneReport]
    """What it has not told yet."""
    began_s: float
    paused_s: float = 0.0
    left_s: float = 0.0
    """When its worker was last done with it."""
    end: End | None = None
    """That it told then; None while it is at work."""

    def go_on(self, assignment: Assignment, moment_s: float) -> None:
        """Begin the next attempt, where it stands."""
        self.assignment, self.end = assignment, None
        self.paused_s += moment_s - self.left_s


@dataclass(order=True)
class _Event:
    """The next report of a run at work; of two at one moment the one of the lower number comes first."""

    moment_s: float
    identity: TrialIdentity
    report: LaneReport = field(compare=False)
    course: _Course = field(compare=False)


def simulate(
    study: Study, curve: Curve, *, workers: int, judge: Judge | None = None, until_s: float = math.inf
) -> Simulation:
    """Run a study to its end, or until some moment.

    Args:
        study: open.
        curve: the recorded run of each trial.
        workers: runs at a time.
        judge: applies the study's detectors; None makes one. Searches with one policy may share it.
        until_s: moment on the simulated clock from which on nothing is begun; what is at work then goes on to its end.

    Raises:
        ExecutorError: where a recorded run lacks an objective.
    """
    judge = judge or Judge(policy_from_settings(study.space.detectors))
    return _Simulator(study, curve, judge, workers, until_s).run()


class _Simulator:
    def __init__(self, study: Study, curve: Curve, judge: Judge, workers: int, until_s: float) -> None:
        self._study = study
        self._curve = curve
        self._judge = judge
        self._workers = workers
        self._until_s = until_s
        self._metrics = [objective.metric for objective in study.space.plan.objectives]
        self._events: list[_Event] = []
        self._left: dict[TrialIdentity, _Course] = {}
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
        while len(self._events) < self._workers and moment_s < self._until_s:
            since = time.perf_counter()
            assignment = self._study.ask()
            self._found.ask_s += time.perf_counter() - since
            if assignment is None:
                return
            self._next(self._course(assignment, moment_s))

    def _course(self, assignment: Assignment, moment_s: float) -> _Course:
        """A run that begins, or goes on where it was paused."""
        course = self._left.pop(assignment.identity, None)
        if course is None:
            run = self._curve(assignment.settings, assignment.seed)
            return _Course(assignment, run, reports(assignment, run, self._judge, self._metrics), moment_s)
        course.go_on(assignment, moment_s)
        return course

    def _next(self, course: _Course) -> None:
        report = next(course.later)
        if report.attempt != course.assignment.attempt:
            report = replace(report, attempt=course.assignment.attempt)
        moment_s = course.began_s + course.paused_s + report.seconds
        heapq.heappush(self._events, _Event(moment_s, report.identity, report, course))

    def _tell(self, event: _Event) -> None:
        """Report, and obey the answer."""
        report = event.report
        decision = self._report(report)
        if report.end is None and decision is Decision.CONTINUE:
            self._next(event.course)
            return
        if report.end is None:
            report = obeyed(report, decision)
            self._report(report)
        assert report.end is not None
        event.course.left_s, event.course.end = event.moment_s, report.end.end
        self._left[report.identity] = event.course

    def _report(self, report: LaneReport) -> Decision:
        since = time.perf_counter()
        decision = self._study.report(report)
        self._found.report_s += time.perf_counter() - since
        return decision

    def _runs(self) -> list[SimulatedRun]:
        rows = {row.identity: row for row in self._study.trials()}
        found = []
        for identity, course in self._left.items():
            row = rows[identity]
            end = row.end or course.end  # the study may know better: a run whose objective is not finite diverged
            assert end is not None
            found.append(
                SimulatedRun(
                    course.assignment,
                    course.began_s,
                    course.left_s,
                    course.run.seconds,
                    end,
                    row.value,
                    course.paused_s,
                )
            )
        return found
