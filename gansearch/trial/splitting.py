"""What becomes of a pack that cannot be trained as one: it is halved, down to the lane that is to blame.

Memory that does not suffice, be it by estimate or by trial, halves a pack. A pack that raises anything else is run
again once, as it is; raises it again, it is halved too. The halves are trained one after the other, each lane from its
last checkpoint and within the same attempt, so that only a lane that cannot be trained alone ends badly.

Others may join a pack where lanes end. Nobody joins one that has raised, which may hold a lane that is to blame, nor
one behind which others wait in this process; nor one of a single trial, of which it is then known that it was alone.
"""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import torch

from gansearch.errors import GansearchError, StorageError
from gansearch.records import Assignment, End, LaneReport, TrialEnd, TrialIdentity
from gansearch.space.configuration import resolve
from gansearch.storage import Storage
from gansearch.trial.answer import Answer, PackRun, resting_reason
from gansearch.trial.checkpoints import saved_step
from gansearch.trial.context import TrialContext
from gansearch.trial.failure import end_of, ended_unheld, reason_of
from gansearch.trial.fitting import most_lanes, remember
from gansearch.trial.pack_run import TrainedPack
from gansearch.trial.workbench import Workbench

LIVES: Final = 2
"""Times that a pack may raise before it is halved."""


@dataclass(frozen=True)
class _Group:
    """Trials that are to be trained as one pack."""

    assignments: tuple[Assignment, ...]
    is_again: bool = False
    """Whether they have been begun within this attempt."""
    deaths: int = 0
    """Times that the pack, or the one that it is a part of, has raised."""

    def halves(self) -> list[_Group]:
        """Two groups, the first the larger one where their number is odd; one alone stays as it is."""
        middle = half(len(self.assignments))
        parts = self.assignments[:middle], self.assignments[middle:]
        return [_Group(part, self.is_again, self.deaths) for part in parts if part]


@dataclass(frozen=True)
class _Failure:
    """How a pack came to an end before its lanes did. It holds nothing of the pack, whose memory must be free."""

    end: End
    lanes: int
    """K of the pack."""
    left: tuple[Assignment, ...]
    """Those that are to be trained on."""
    reports: list[LaneReport]
    """What has not been told yet."""


_Trained: TypeAlias = Generator[list[LaneReport], Answer, _Failure | None]


def half(lanes: int) -> int:
    """Lanes of the larger half of a pack."""
    return (lanes + 1) // 2


class SplittingRun:
    """Trains a pack, or its parts one after the other.

    Args:
        assignments: of equal signatures.
        context: of the study.
        storage: of the study.
        bench: data and evaluator.
    """

    def __init__(
        self, assignments: Sequence[Assignment], context: TrialContext, storage: Storage, bench: Workbench
    ) -> None:
        self._context = context
        self._storage = storage
        self._bench = bench
        self._waiting = deque([_Group(tuple(assignments))])
        self._pruned: set[TrialIdentity] = set()
        self._stop: End | None = None
        self._resting: dict[TrialIdentity, End] = {}

    def run(self) -> PackRun:
        """Until every trial has ended, or rests."""
        while self._waiting:
            group = self._waiting.popleft()
            ended = self._ended_before(group)
            if ended:
                self._hear_between((yield ended))
            over = {report.identity for report in ended}
            left = tuple(each for each in group.assignments if each.identity not in over)
            if left:
                yield from self._group(_Group(left, group.is_again, group.deaths))

    def _group(self, group: _Group) -> PackRun:
        most = self._most_lanes(group)
        if most is not None and len(group.assignments) > most:
            self._put_back(group.halves())
            return
        failure = yield from self._trained(group, most)
        if failure is None:
            return
        self._release()
        self._put_back(self._next_tries(group, failure))
        self._hear_between((yield failure.reports))

    def _put_back(self, groups: Sequence[_Group]) -> None:
        self._waiting.extendleft(reversed(groups))

    # --- training ---------------------------------------------------------------------------------------------------

    def _trained(self, group: _Group, most: int | None) -> _Trained:
        """Train a group, and those that join it while it has fewer lanes than ``most``; how it failed, or None."""
        is_closed = group.deaths > 0 or len(group.assignments) == 1 or bool(self._waiting)
        pack: TrainedPack | None = None
        try:
            pack = TrainedPack(group.assignments, self._context, self._storage, self._bench, is_again=group.is_again)
            yield from self._relayed(pack.run(), 0 if is_closed else most)
        except StorageError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a configuration or a plug-in raises is its trial's end
            return self._failure(group, pack, error)
        return None

    def _relayed(self, run: PackRun, most: int | None) -> PackRun:
        """The pack's reports to the study, and the answers back; they may also concern those that wait."""
        reports = next(run, None)
        while reports is not None:
            answer = yield [replace(each, most_lanes=most) for each in reports]
            self._hear(answer)
            try:
                reports = run.send(answer)
            except StopIteration:
                return

    def _hear(self, answer: Answer) -> None:
        self._stop = self._stop or answer.stop
        self._pruned |= answer.prune
        self._resting |= dict.fromkeys(answer.rest, End.STOPPED_BY_USER) | dict.fromkeys(answer.pause, End.PAUSED)

    def _hear_between(self, answer: Answer) -> None:
        """Hear an answer while no pack is there to hear it; what joins then is a pack of its own."""
        self._hear(answer)
        if answer.join:
            self._waiting.append(_Group(answer.join))

    # --- failing ----------------------------------------------------------------------------------------------------

    def _failure(self, group: _Group, pack: TrainedPack | None, error: Exception) -> _Failure:
        end, reason = end_of(error), reason_of(error)
        if pack is None:
            lanes = len(group.assignments)
            if lanes > 1:
                return _Failure(end, lanes, group.assignments, [])
            return _Failure(end, lanes, (), [self._end(group, each, end, reason) for each in group.assignments])
        if pack.count == 1:
            return _Failure(end, 1, (), [*pack.untold(), *pack.fail(end, reason)])
        pack.abandon()
        return _Failure(end, pack.count, pack.unfinished, pack.untold())

    def _next_tries(self, group: _Group, failure: _Failure) -> list[_Group]:
        if not failure.left:
            return []
        if failure.end is End.OUT_OF_MEMORY:
            remember(failure.left[0].settings, self._context, half(failure.lanes))
            return _Group(failure.left, True, group.deaths).halves()
        again = _Group(failure.left, True, group.deaths + 1)
        return again.halves() if again.deaths >= LIVES else [again]

    def _release(self) -> None:
        """Give back what the failed pack held: its programs and their tensors refer to each other."""
        gc.collect()
        if self._context.device.startswith("cuda"):
            torch.cuda.empty_cache()

    def _most_lanes(self, group: _Group) -> int | None:
        """The most lanes of the group's kind that fit into memory together; None where that is not known."""
        if len(group.assignments) == 1:
            return None
        try:
            return most_lanes(group.assignments, self._bench.data, self._context)
        except GansearchError:
            return None  # a configuration that cannot be built: told when it is tried

    # --- ends of those that wait ------------------------------------------------------------------------------------

    def _ended_before(self, group: _Group) -> list[LaneReport]:
        """The reports of trials that need not be trained on: the study has been stopped, or they have been pruned."""
        if self._stop is not None:
            return [self._rest(group, each, self._stop) for each in group.assignments]
        why = "pruned while its pack was begun anew: its value was not among those that go on"
        pruned = [each for each in group.assignments if each.identity in self._pruned]
        resting = [each for each in group.assignments if each.identity in self._resting.keys() - self._pruned]
        return [
            *(self._end(group, each, End.PRUNED, why) for each in pruned),
            *(self._rest(group, each, self._resting[each.identity]) for each in resting),
        ]

    def _rest(self, group: _Group, assignment: Assignment, end: End) -> LaneReport:
        _, epoch = self._place(group, assignment)
        return self._end(group, assignment, end, resting_reason(end, epoch))

    def _end(self, group: _Group, assignment: Assignment, end: End, reason: str) -> LaneReport:
        step, epoch = self._place(group, assignment)
        said = TrialEnd(end, reason, step, epoch)
        return ended_unheld(assignment, self._storage, said, lanes=len(group.assignments))

    def _place(self, group: _Group, assignment: Assignment) -> tuple[int, int]:
        """Step and epoch from which a trial would go on."""
        is_begun = group.is_again or assignment.attempt > 0
        step = saved_step(self._storage, assignment.identity) if is_begun else 0
        if step == 0:
            return 0, 0
        batch_size = resolve(assignment.settings).training.batch_size
        return step, step // (len(self._bench.data.train) // batch_size)
