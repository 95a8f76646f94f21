"""Between an executor and the study: packs out, reports in, answers back. Every executor drives a study through it."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Sequence

from gansearch.executors.feed import TrackingFeed
from gansearch.executors.packing import Packer
from gansearch.records import Assignment, Decision, End, LaneReport, TrialEnd
from gansearch.study import Study, StudyStatus
from gansearch.trial.interrupt import Interrupt
from gansearch.trial.run import Answer

WATCH_EVERY_S = 1.0


class Driver:
    """Drives one study.

    Args:
        study: open, with its lease.
        feed: told of every trial that has something new.
        interrupt: whether the user asked for the end.
        lanes: K, the most lanes of a pack.
        workers: packs that run at a time, where no pack may be so large that one of them is left without trials; None
            where packs are as large as they can be.
        watch: called at most once a second with the study's status.
    """

    def __init__(
        self,
        study: Study,
        feed: TrackingFeed,
        interrupt: Interrupt,
        *,
        lanes: int,
        workers: int | None = None,
        watch: Callable[[StudyStatus], None] | None,
    ) -> None:
        self._study = study
        self._feed = feed
        self._interrupt = interrupt
        self._workers = workers
        self._packer = Packer(study.ask, lanes, fair=None if workers is None else self._fair)
        self._watch = watch
        self._watched = 0.0

    def next_pack(self) -> list[Assignment]:
        """Trials to start now; empty when there is nothing to start (any more, or for now)."""
        if self.stopping:
            return []
        pack = self._packer.next_pack()
        self._show_ends()
        for assignment in pack:
            self._feed.started(assignment)
        self.show()
        return pack

    def report(self, reports: Sequence[LaneReport]) -> Answer:
        """Pass reports to the study and return its answer. An empty list asks only whether to stop."""
        decisions = {report.identity: self._study.report(report) for report in reports}
        for identity in decisions:
            self._feed.update(identity)
        self._show_ends()
        self.show()
        pruned = frozenset(who for who, said in decisions.items() if said is Decision.PRUNE)
        return Answer(pruned, self._stop())

    def lost(self, assignments: Sequence[Assignment], reason: str) -> None:
        """Tell the study that a worker died under these trials; it offers them again as the next attempt."""
        for each in assignments:
            self._study.report(LaneReport(each.identity, each.attempt, 0, 0, end=TrialEnd(End.LOST, reason, 0, 0)))
        self._show_ends()

    @property
    def stopping(self) -> bool:
        """Whether nothing more may be started."""
        return self._stop() is not None

    def show(self) -> None:
        """Let the watcher see the status, at most once a second."""
        now = time.monotonic()
        if self._watch is not None and now - self._watched >= WATCH_EVERY_S:
            self._watched = now
            self._watch(self._study.status())

    def _fair(self) -> int:
        """The most lanes of the next pack, whose first trial has been asked for, that leave every worker a trial."""
        left = self._study.runs_left
        if left is None or self._workers is None:
            return sys.maxsize
        return math.ceil((1 + len(self._packer.waiting) + left) / self._workers)

    def _show_ends(self) -> None:
        for identity, end in self._study.newly_over():
            self._feed.ended(identity, end)

    def _stop(self) -> End | None:
        if self._interrupt.asked or self._study.stop_requested:
            return End.STOPPED_BY_USER
        return None if self._study.budget_spent is None else End.BUDGET
