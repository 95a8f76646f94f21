"""Trains a list of configurations in packs, until all are over or it is time to stop."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace

from gansearch.errors import CorruptFileError, GansearchError
from gansearch.records import Assignment, End, LaneReport, TrialIdentity
from gansearch.storage import Storage
from gansearch.trial.context import TrialContext
from gansearch.trial.grouping import grouped, signature
from gansearch.trial.run import GO_ON, Answer, run_pack
from gansearch.trial.standing import Standing, standing, start_step

Stop = Callable[[], End | None]


class ListRun:
    """One run over a list.

    Args:
        assignments: the list.
        storage: of the runner's folder.
        context: what all trials share.
        stop: why to stop now, or None; asked between packs, and about once a second or once an epoch within one.
        watch: told of every report.
    """

    def __init__(
        self,
        assignments: Sequence[Assignment],
        storage: Storage,
        context: TrialContext,
        *,
        stop: Stop,
        watch: Callable[[Sequence[LaneReport]], None],
    ) -> None:
        self._storage = storage
        self._context = context
        self._stop = stop
        self._watch = watch
        self.damaged: dict[TrialIdentity, str] = {}
        """Trials whose record or checkpoint cannot be read, and why; they are left as they are."""
        self.standings: dict[TrialIdentity, Standing] = {}
        """How the trials stood when they were last looked at."""
        self._left = list(assignments)
        self._look()

    @property
    def left(self) -> int:
        """Trials that are not over, damaged ones apart."""
        return len(self._left)

    def run(self, lanes: int) -> None:
        """Run packs of at most ``lanes`` trials until nothing is left or it is time to stop.

        Raises:
            StorageError: where records cannot be written.
        """
        while self._left and self._stop() is None:
            for pack in self._packs(lanes):
                if self._stop() is not None:
                    break
                self._run_pack(pack)
            self._look()

    def _look(self) -> None:
        """Read how the trials stand and let go of those that are over."""
        kept: list[Assignment] = []
        for assignment in self._left:
            try:
                found = standing(self._storage, assignment.identity)
            except CorruptFileError as error:
                self.damaged[assignment.identity] = str(error)
                continue
            self.standings[assignment.identity] = found
            if not found.is_over:
                kept.append(replace(assignment, attempt=found.next_attempt))
        self._left = [each for each in kept if each.identity not in self.damaged]

    def _packs(self, lanes: int) -> list[list[Assignment]]:
        """What is left, in packs: those that rest first, so that few rest at a time."""
        starts: dict[TrialIdentity, int] = {}
        for assignment in self._left:
            try:
                starts[assignment.identity] = start_step(self._storage, assignment)
            except CorruptFileError as error:
                self._set_aside(assignment, error)
        ready = sorted(
            (each for each in self._left if each.identity in starts), key=lambda each: starts[each.identity] == 0
        )
        return grouped(ready, lanes, lambda each: self._key(each, starts[each.identity]))

    def _key(self, assignment: Assignment, start: int) -> Hashable:
        """Equal for trials that can share a pack and go on together; a trial's own identity where it has no equal."""
        try:
            return signature(assignment), start
        except GansearchError:
            return assignment.identity  # it cannot be trained: recorded as its end when its turn comes

    def _run_pack(self, pack: list[Assignment]) -> None:
        run = run_pack(pack, self._context)
        try:
            reports = next(run, None)
            while reports is not None:
                self._watch(reports)
                try:
                    reports = run.send(self._answer())
                except StopIteration:
                    reports = None
        except CorruptFileError as error:
            # Its neighbours are as they were, and go on when the list is gone on with.
            for assignment in [each for each in pack if self._is_damaged(each)] or pack:
                self._set_aside(assignment, error)

    def _is_damaged(self, assignment: Assignment) -> bool:
        try:
            standing(self._storage, assignment.identity)
            start_step(self._storage, assignment)
        except CorruptFileError:
            return True
        return False

    def _answer(self) -> Answer:
        why = self._stop()
        return GO_ON if why is None else Answer(stop=why)

    def _set_aside(self, assignment: Assignment, error: CorruptFileError) -> None:
        self.damaged[assignment.identity] = str(error)
