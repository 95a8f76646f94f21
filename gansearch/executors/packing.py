"""Groups the trials that a study asks for into packs of one signature."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeAlias

from gansearch.records import Assignment
from gansearch.space.configuration import resolve

Signature: TypeAlias = tuple[object, ...]


class Packer:
    """Takes assignments from ``ask`` and hands out packs of at most ``lanes`` that can be trained as one program.

    An assignment of another signature waits for the next pack. A resumed trial is a pack of its own: it starts at its
    own step.

    Args:
        ask: the study's ``ask``; None when there is nothing to start.
        lanes: K, the most lanes of one pack.
    """

    def __init__(self, ask: Callable[[], Assignment | None], lanes: int) -> None:
        self._ask = ask
        self._lanes = lanes
        self._waiting: deque[Assignment] = deque()

    def next_pack(self) -> list[Assignment]:
        """The next pack; empty when the study has nothing to start."""
        first = self._waiting.popleft() if self._waiting else self._ask()
        if first is None:
            return []
        pack = [first]
        if self._lanes > 1 and first.attempt == 0:
            self._fill(pack, signature(first))
        return pack

    def _fill(self, pack: list[Assignment], wanted: Signature) -> None:
        fitting = [each for each in self._waiting if each.attempt == 0 and signature(each) == wanted]
        for each in fitting[: self._lanes - len(pack)]:
            self._waiting.remove(each)
            pack.append(each)
        # Asking further ahead than one pack would let the sampler choose before it has seen results.
        for _ in range(self._lanes - len(pack)):
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


def signature(assignment: Assignment) -> Signature:
    """What must be equal in all lanes of a pack."""
    return resolve(assignment.settings).signature()
