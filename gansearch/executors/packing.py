"""Groups the trials that a study asks for into packs of one signature."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeAlias

from gansearch.records import Assignment, LaneReport
from gansearch.trial.grouping import Signature, in_pack_order, is_alone, signature

Kind: TypeAlias = tuple[Signature, int | None]
"""What trials of one pack have in common: their structure, and the epoch at which they go on; None: they begin."""


def left_after(pack: Sequence[Assignment], reports: Sequence[LaneReport]) -> list[Assignment]:
    """The trials of a pack that go on once it has reported."""
    ended = {report.identity for report in reports if report.end is not None}
    return [each for each in pack if each.identity not in ended]


class Packer:
    """Takes assignments from ``ask`` and hands out packs of at most ``lanes`` that can be trained as one program.

    An assignment of another signature waits for the next pack. Trials that have waited at a rung share packs where they
    go on at one epoch. Any other resumed trial is a pack of its own: it starts at its own step. So is one whose
    networks can only be trained one by one.

    A sampler that is asked ahead chooses before it has seen results. So no more wait than one pack has lanes, and
    fewer where structures hardly repeat: each pack that stays alone halves how many may.

    Packs at work are filled up as their lanes end, but for those who wait: once K trials have joined packs while
    somebody waited, packs come to their end, and the first who waits begins the next.

    Args:
        ask: the study's ``ask``; None when there is nothing to start.
        lanes: K, the most lanes of one pack.
        fair: a further bound, looked up for each pack whose first trial has been asked for; None for none.
    """

    def __init__(
        self, ask: Callable[[], Assignment | None], lanes: int, *, fair: Callable[[], int] | None = None
    ) -> None:
        self._ask = ask
        self._lanes = lanes
        self._fair = fair
        self._ahead = lanes - 1
        self._waiting: deque[Assignment] = deque()
        self._passed = 0
        """Trials that have joined packs since somebody waited or was last handed out."""

    def next_pack(self) -> list[Assignment]:
        """The next pack; empty when the study has nothing to start."""
        self._passed = 0
        first = self._waiting.popleft() if self._waiting else self._ask()
        if first is None:
            return []
        pack = [first]
        if self._lanes == 1 or not _can_share(first) or is_alone(first):
            return pack
        lanes = self._lanes if self._fair is None else min(self._lanes, self._fair())
        if lanes > 1:
            self._fill(pack, lanes, _kind(first))
            self._ahead = min(self._lanes - 1, 2 * self._ahead) if len(pack) > 1 else max(1, self._ahead // 2)
        return in_pack_order(pack)

    def joining(self, pack: Sequence[Assignment], most: int | None) -> list[Assignment]:
        """Trials that join a pack at work; none where there are none of its signature, or others must come first.

        Where there is a fair bound, so many stay behind for each other worker as join at most.

        Args:
            pack: its trials that go on.
            most: lanes that it can have besides K; None where no such bound is known.

        Raises:
            PluginError: where a name in the settings of a trial is unknown.
            TrainingError: where a setting of a trial is unknown or out of its limits.
        """
        lanes = self._lanes if most is None else min(self._lanes, most)
        free = lanes - len(pack)
        if not pack or free <= 0 or self._passed >= self._lanes:
            return []
        joined: list[Assignment] = []
        # A trial that joins a pack starts at its beginning.
        self._fill(joined, free if self._fair is None else min(free, self._fair() - 1), (signature(pack[0]), None))
        self._passed = self._passed + len(joined) if self._waiting else 0
        return joined

    def _fill(self, pack: list[Assignment], lanes: int, wanted: Kind) -> None:
        fitting = [each for each in self._waiting if _can_share(each) and _kind(each) == wanted]
        for each in fitting[: lanes - len(pack)]:
            self._waiting.remove(each)
            pack.append(each)
        for _ in range(min(lanes - len(pack), self._ahead - len(self._waiting))):
            further = self._ask()
            if further is None:
                return
            if _can_share(further) and _kind(further) == wanted:
                pack.append(further)
            else:
                self._waiting.append(further)

    @property
    def waiting(self) -> Sequence[Assignment]:
        """Asked for, not yet handed out."""
        return tuple(self._waiting)


def _can_share(assignment: Assignment) -> bool:
    """Whether it is known where the trial goes on."""
    return assignment.attempt == 0 or assignment.promoted_at is not None


def _kind(assignment: Assignment) -> Kind:
    return signature(assignment), assignment.promoted_at
