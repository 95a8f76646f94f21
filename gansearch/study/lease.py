"""The lease: one driver per study, kept in the study's Optuna storage.

A driver writes a claim, then reads all claims. Since each writes before it reads, of two that come together at least
one sees the other: a held claim wins over any other, and of two that are still claiming the one with the smaller token
waits while the other withdraws. This needs of the storage only that a write is seen by every later read. Dead claims
are evicted under a key that the evicted one never writes, so that a process that wakes up afterwards learns of it.
"""

from __future__ import annotations

import dataclasses
import threading
import time
import uuid
from collections.abc import Mapping
from typing import Any

from optuna.exceptions import StorageInternalError
from optuna.storages import BaseStorage

from gansearch.errors import StorageError, StudyLockedError
from gansearch.study.lease_record import DEAD_AFTER_S, Claim, LeaseRecord, new_record

BEAT_EVERY_S = 10.0
POLL_S = 0.02
LEASE, EVICTED = "lease:", "evicted:"


class Lease:
    """A held lease, renewed by a thread until it is released.

    Args:
        storage: Optuna's, of the study.
        study_id: Optuna's.
        name: of the study, for messages.
        beat_every_s: seconds between renewals.

    Raises:
        StudyLockedError: where another driver holds it, with who, where, and since when it was last heard of.
    """

    def __init__(self, storage: BaseStorage, study_id: int, name: str, *, beat_every_s: float = BEAT_EVERY_S) -> None:
        self._storage = storage
        self._study_id = study_id
        self._name = name
        self._beat_every_s = beat_every_s
        self._began = time.monotonic()
        self._renewed = time.monotonic()
        self._trouble: Exception | None = None
        self._is_evicted = False
        self._released = threading.Event()
        self._record = new_record(uuid.uuid4().hex, time.time())
        self._claim()
        self._thread = threading.Thread(target=self._beat, name=f"lease of {name}", daemon=True)
        self._thread.start()

    @property
    def active_s(self) -> float:
        """Seconds since this driver took the lease."""
        return time.monotonic() - self._began

    def check(self) -> None:
        """Whether the study is still this driver's.

        Raises:
            StudyLockedError: where another has taken it over, or it could not be renewed for too long.
        """
        if self._is_evicted:
            raise StudyLockedError(
                f"another driver has taken over the study {self._name!r}: "
                f"this one was not heard of for {DEAD_AFTER_S:g} s"
            )
        if time.monotonic() - self._renewed > DEAD_AFTER_S:
            raise StudyLockedError(
                f"the lease of the study {self._name!r} could not be renewed for {DEAD_AFTER_S:g} s: {self._trouble}"
            )

    def release(self) -> None:
        """Give the study free; a second call does nothing."""
        if self._released.is_set():
            return
        self._released.set()
        self._thread.join()
        self._write(Claim.RELEASED)

    # --- taking it --------------------------------------------------------------------------------------------------

    def _claim(self) -> None:
        self._write(Claim.CLAIMING)
        while rivals := self._rivals():
            stronger = [each for each in rivals if each.claim is Claim.HELD or each.token < self._record.token]
            if stronger:
                self._write(Claim.RELEASED)
                raise StudyLockedError(_who_holds(self._name, stronger[0]))
            time.sleep(POLL_S)
            self._write(Claim.CLAIMING)
        self._write(Claim.HELD)
        now = time.time()
        for dead in self._others():
            # One that is alive and still claiming waits for this driver; evicted, it would hold the study unseen later.
            if dead.claim is not Claim.RELEASED and not dead.is_alive(now):
                self._storage.set_study_user_attr(self._study_id, EVICTED + dead.token, True)

    def _rivals(self) -> list[LeaseRecord]:
        now = time.time()
        return [each for each in self._others() if each.is_alive(now)]

    def _others(self) -> list[LeaseRecord]:
        attributes = self._storage.get_study_user_attrs(self._study_id)
        return [each for each in lease_records(attributes) if each.token != self._record.token]

    # --- keeping it -------------------------------------------------------------------------------------------------

    def _beat(self) -> None:
        while not self._released.wait(self._beat_every_s):
            try:
                if EVICTED + self._record.token in self._storage.get_study_user_attrs(self._study_id):
                    self._is_evicted = True
                    return
                self._write(Claim.HELD)
            except (StorageError, StorageInternalError, OSError) as error:
                self._trouble = error  # tried again at the next beat; check() says so where it lasts
            else:
                self._renewed = time.monotonic()

    def _write(self, claim: Claim) -> None:
        active_s = self.active_s if claim is not Claim.CLAIMING else 0.0
        self._record = dataclasses.replace(self._record, claim=claim, beat=time.time(), active_s=active_s)
        self._storage.set_study_user_attr(self._study_id, LEASE + self._record.token, dataclasses.asdict(self._record))


def lease_records(attributes: Mapping[str, Any]) -> list[LeaseRecord]:
    """Every claim in a study's user attributes, evicted ones apart; released ones too."""
    found = [
        LeaseRecord(**{**said, "claim": Claim(said["claim"])})
        for key, said in attributes.items()
        if key.startswith(LEASE) and EVICTED + key.removeprefix(LEASE) not in attributes
    ]
    return sorted(found, key=lambda record: record.beat)


def active_seconds(attributes: Mapping[str, Any]) -> float:
    """Seconds that a study was driven: a living one up to now, a dead one up to its last sign of life."""
    written = sum(float(said["active_s"]) for key, said in attributes.items() if key.startswith(LEASE))
    holder = living_holder(attributes)
    return written if holder is None else written + max(0.0, time.time() - holder.beat)


def living_holder(attributes: Mapping[str, Any]) -> LeaseRecord | None:
    """Who drives the study now, or None."""
    now = time.time()
    held = (record for record in lease_records(attributes) if record.claim is Claim.HELD)
    return next((record for record in held if record.is_alive(now)), None)


def _who_holds(name: str, record: LeaseRecord) -> str:
    age = max(0.0, time.time() - record.beat)
    return (
        f"the study {name!r} is driven by {record.holder}, process {record.pid}, last heard of {age:.0f} s ago; "
        f"stop it with: gansearch stop {name}"
    )
