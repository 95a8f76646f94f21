"""Groups the trials that a study asks for into packs of one signature."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from gansearch.records import Assignment
from gansearch.trial.grouping import Signature, in_pack_order, is_alone, signature


class Packer:
    """Takes assignments from ``ask`` and hands out packs of at most ``lanes`` that can be trained as one program.

    An assignment of another signature waits for the next pack. A resumed trial is a pack of its own: it starts at its
    own step. So is one whose networks can only be trained one by one.

    A sampler that is asked ahead chooses before it has seen results. So no more wait than one pack has lanes, and
    fewer where structures hardly repeat: each pack that stays alone halves how many may.

    Args:
        ask: the study's ``ask``; None when there is nothing to start.
        lanes: K, the most lanes of one pack.
        fair: a further bound, looked up for each pack; None for none.
    """

    def __init__(
        self, ask: Callable[[], Assignment | None], lanes: int, *, fair: Callable[[], int] | None = None
    ) -> None:
        self._ask = ask
        self._lanes = lanes
        self._fair = fair
        self._ahead = lanes - 1
        self._waiting: deque[Assignment] = deque()

    def next_pack(self) -> list[Assignment]:
        """The next pack; empty when the study has nothing to start."""
        first = self._waiting.popleft() if self._waiting else self._ask()
        if first is None:
            return []
        pack = [first]
        if self._lanes == 1 or first.attempt > 0 or is_alone(first):
            return pack
        lanes = self._lanes if self._fair is None else min(self._lanes, self._fair())
        if lanes > 1:
            self._fill(pack, lanes, signature(first))
            self._ahead = min(self._lanes - 1, 2 * self._ahead) if len(pack) > 1 else max(1, self._ahead // 2)
        return in_pack_order(pack)

    def _fill(self, pack: list[Assignment], lanes: int, wanted: Signature) -> None:
        fitting = [each for each in self._waiting if each.attempt == 0 and signature(each) == wanted]
        for each in fitting[: lanes - len(pack)]:
            self._waiting.remove(each)
            pack.append(each)
        for _ in range(min(lanes - len(pack), self._ahead - len(self._waiting))):
            further = self._ask()
            if further is None:
                return
            if further.attempt == 0 and signature(further) == wanted:
                pack.append(further)
            else:
                self._waiting.append(further)

    @property
    def waiting(self) -> Sequence[Assignment]:
        """Asked for, not yet handed out."""
        return tuple(self._waiting)
