"""Between an executor and the study: packs out, reports in, answers back. Every executor drives a study through it."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Sequence

from gansearch.executors.end_measuring import unmeasured_runs
from gansearch.executors.feed import TrackingFeed
from gansearch.executors.packing import Packer, left_after
from gansearch.records import Assignment, Decision, End, LaneReport, Setting, TrialEnd
from gansearch.study import Study, StudyStatus
from gansearch.trial.interrupt import Interrupt
from gansearch.trial.run import Answer

WATCH_EVERY_S = 1.0
UNSAID = "its pack came to an end and did not say how it ended"
"""Why a trial is lost whose worker is well; a fault of the program's, which must not leave it running for ever."""
UNWRITTEN = 3
"""Packs in a row whose records could not be written, after which the search ends."""


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
        say: told of what was lost, and what is waited for.
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
        say: Callable[[str], None],
    ) -> None:
        self._study = study
        self._feed = feed
        self._interrupt = interrupt
        self._workers = workers
        self._packer = Packer(study.ask, lanes, fair=None if workers is None else self._fair)
        self._watch = watch
        self.say = say
        self._watched = 0.0
        self._unwritten = 0
        self.storage_failure: str | None = None
        """Why nothing more can be run: records could not be written, several times in a row."""
        self._unmeasured: list[Assignment] | None = None

    @property
    def data_settings(self) -> dict[str, Setting]:
        """Settings of the data set, which all trials share; empty where a script needs none."""
        return {path: value for path, value in self._study.space.fixed.items() if path.startswith("dataset.")}

    @property
    def due_in_s(self) -> float | None:
        """Seconds until trials can be started that wait after a loss; None where none waits, or nothing may start."""
        return None if self.stopping else self._study.due_in_s

    def next_pack(self) -> list[Assignment]:
        """Trials to start now; empty when there is nothing to start (any more, or for now: ``due_in_s``)."""
        if self.stopping:
            return []
        pack = self._packer.next_pack()
        self._started(pack, pack)
        self.show()
        return pack

    def next_measured(self) -> Assignment | None:
        """A completed trial to measure by the protocol of the end, each once; to be asked when all have ended.

        Nothing is lost where that fails: whoever launched the study looks what has not been measured.
        """
        if self.stopping:
            return None
        if self._unmeasured is None:
            self._unmeasured = unmeasured_runs(self._study)
        return self._unmeasured.pop(0) if self._unmeasured else None

    def report(
        self, reports: Sequence[LaneReport], pack: Sequence[Assignment] = (), *, is_leaving: bool = False
    ) -> Answer:
        """Pass reports to the study and return its answer. An empty list asks only whether to stop.

        Args:
            reports: of one pack.
            pack: its trials that had not ended before, so that others can take the places of those that now have.
            is_leaving: whether its node is taken away, so that it must write its checkpoints and go on elsewhere.
        """
        if reports:
            self._unwritten = 0
        decisions = {report.identity: self._study.report(report) for report in reports}
        for identity in decisions:
            self._feed.update(identity)
        self._show_ends()
        self.show()
        pruned = frozenset(who for who, said in decisions.items() if said is Decision.PRUNE)
        paused = frozenset(who for who, said in decisions.items() if said is Decision.PAUSE)
        resting, discarded = self._study.stopped()
        stop = self._stop() or (End.PREEMPTED if is_leaving else None)
        join = self._joining(reports, pack) if stop is None else ()
        return Answer(prune=pruned | discarded, rest=resting, pause=paused, stop=stop, join=join)

    def lost(self, assignments: Sequence[Assignment], reason: str) -> None:
        """Tell the study that a worker died under these trials; it offers them again as the next attempt."""
        if not assignments:  # all had ended before it died
            return
        self.say(f"{_named(assignments)}: {reason}; to be begun again where the last checkpoint was written")
        for each in assignments:
            self._study.lost(each.identity, each.attempt, reason)
        self._show_ends()

    def preempted(self, assignments: Sequence[Assignment]) -> None:
        """The node of these trials is taken away; those that have not said so themselves had not begun there."""
        for each in assignments:
            end = TrialEnd(End.PREEMPTED, "its node was taken away before it could begin", 0, 0)
            self._study.report(LaneReport(each.identity, each.attempt, step=0, epoch=0, end=end))
        self._show_ends()

    def unwritten(self, assignments: Sequence[Assignment], reason: str) -> None:
        """The records of these trials could not be written. After some times in a row nothing more is started.

        That says nothing about the trials: they are offered again, or rest until the study is resumed.
        """
        self.say(f"{_named(assignments)}: {reason}")
        self._unwritten += 1
        if self._unwritten >= UNWRITTEN:
            self.storage_failure = reason
        for each in assignments:
            self._study.lost(each.identity, each.attempt, reason, is_storage=True)
        self._show_ends()

    @property
    def is_asked_to_end(self) -> bool:
        """Whether the user wants the end now."""
        return self._interrupt.asked or self._study.stop_requested

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

    def _joining(self, reports: Sequence[LaneReport], pack: Sequence[Assignment]) -> tuple[Assignment, ...]:
        """Trials that join a pack whose lanes have ended, at this moment only: it is assembled anew as it is."""
        left = left_after(pack, reports)
        if not left or len(left) == len(pack):
            return ()
        joined = self._packer.joining(left, reports[0].most_lanes)
        if joined:
            self._started(joined, [*left, *joined])
        return tuple(joined)

    def _started(self, assignments: Sequence[Assignment], pack: Sequence[Assignment]) -> None:
        """Tell of trials that are handed out, and with whom they are trained."""
        self._study.packed(pack)
        self._show_ends()
        for assignment in assignments:
            self._feed.started(assignment)

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
        if self.is_asked_to_end:
            return End.STOPPED_BY_USER
        if self.storage_failure is not None:
            return End.LOST
        return None if self._study.budget_spent is None else End.BUDGET


def _named(assignments: Sequence[Assignment]) -> str:
    return ", ".join(str(each.identity) for each in assignments)
