"""How long packs have held their resources: what a study's GPU-hours are counted from.

A pack counts from the beginning of its first lane until the last of them has ended or is known to be lost, however many
lanes it has and in whatever order they leave or join: lanes that share a GPU count once, and an attempt that is lost
counts like any other. Not counted are the time before the first lane trains (a worker that starts, data that are
loaded, the wait for a GPU), the probe of lanes, and what is measured after the search.

Each driver keeps the sum of its own packs under a key of its own, so that no launch lowers what others have used. One
that is killed has kept all but its last seconds, and all but what packs had run without a single report.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from optuna.storages import BaseStorage

from gansearch.records import TrialIdentity

PACKS: Final = "pack_seconds:"
"""User attribute of the study, followed by a word for the driver."""
KEEP_EVERY_S: Final = 10.0


@dataclass(eq=False)
class _Pack:
    """``now - min(moment of a report - seconds of its lane)``."""

    began: float | None = None
    """Moment of ``time.monotonic``; None before the first report."""

    def heard(self, now: float, seconds: float) -> None:
        began = now - seconds
        self.began = began if self.began is None else min(self.began, began)

    def seconds(self, now: float) -> float:
        return 0.0 if self.began is None else now - self.began


class PackTime:
    """The packs of one driver.

    Args:
        storage: Optuna's.
        study_id: Optuna's.
    """

    def __init__(self, storage: BaseStorage, study_id: int) -> None:
        self._storage = storage
        self._study_id = study_id
        self._key = PACKS + uuid.uuid4().hex
        self._earlier_s = pack_seconds(storage.get_study_user_attrs(study_id))
        self._over_s = 0.0
        self._packs: dict[TrialIdentity, _Pack] = {}
        self._kept = time.monotonic()

    @property
    def seconds(self) -> float:
        """Of all packs of the study, over all drivers; it never falls."""
        return self._earlier_s + self._own_seconds()

    def begin(self, run: TrialIdentity) -> None:
        """A run is handed out, as a pack by itself as far as is known."""
        self._packs[run] = _Pack()

    def together(self, runs: Collection[TrialIdentity]) -> None:
        """These runs share a pack; where one of them is at work already, the others join it."""
        found = [self._packs[run] for run in runs if run in self._packs]
        pack = next((each for each in found if each.began is not None), _Pack())
        self._packs.update({run: pack for run in runs if run in self._packs})

    def heard(self, run: TrialIdentity, seconds: float) -> None:
        """A run has been at it for so long in this attempt; of one that is not out nothing is taken."""
        if run in self._packs:
            self._packs[run].heard(time.monotonic(), seconds)

    def ended(self, run: TrialIdentity) -> None:
        """A run has left its pack; with the last one the pack is over."""
        pack = self._packs.pop(run, None)
        if pack is not None and pack not in self._packs.values():
            self._over_s += pack.seconds(time.monotonic())

    def keep(self, *, at_once: bool = False) -> None:
        """Write this driver's sum into the study, once in a while."""
        now = time.monotonic()
        own = self._own_seconds()
        if own and (at_once or now - self._kept >= KEEP_EVERY_S):
            self._storage.set_study_user_attr(self._study_id, self._key, round(own, 3))
            self._kept = now

    def _own_seconds(self) -> float:
        now = time.monotonic()
        return self._over_s + sum(pack.seconds(now) for pack in set(self._packs.values()))


def pack_seconds(attributes: Mapping[str, Any]) -> float:
    """Seconds of all packs of a study, by its user attributes: what its drivers have kept."""
    return sum((float(said) for key, said in attributes.items() if key.startswith(PACKS)), 0.0)
