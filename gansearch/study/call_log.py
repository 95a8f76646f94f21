"""The calls that reached a study under one driver, in their order: they replay an asynchronous search exactly.

The study's database cannot serve. Optuna's journal has the order of what was written, but of replicates only the mean
at a rung, of several objectives nothing before the end, neither what an audit spared nor what the record of a lost run
said; and a database behind a URL has no order at all. This log is written beside the decisions, in the study's folder,
in portions and without holding anything up: a driver that is killed takes its last seconds with it, and a log ends with
its driver in any case.

Kinds and payloads, each with the run's ``number``, ``replicate`` and ``attempt`` where it is about one:

``opened``   trials (that the study had)
``ask``      parameters
``report``   step, epoch, seconds, is_spared, evaluation, end, pruned and paused (whether the answer was PRUNE, PAUSE)
``lost``     reason, is_storage, record (what the study read in the run's record; None where that was damaged)
``stop``     discarded (a reason, or None)
``discard``  number (None: every trial)
``extend``   trials
``give_up``  (nothing: an ask that found nothing left to begin, so that those that waited at rungs were pruned)
``other``    what (a call that no replay can follow)
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

from gansearch.curves.local_log import LocalLog
from gansearch.curves.record import Record
from gansearch.curves.remote_log import RemoteLog
from gansearch.curves.segment import lines
from gansearch.errors import CorruptFileError, StorageError
from gansearch.records import Assignment, Evaluation, LaneReport, TrialIdentity, to_json
from gansearch.space.plan import Objective
from gansearch.storage import Storage
from gansearch.study.ready import driver_clock
from gansearch.study.recorded import recorded_curve

FOLDER: Final = "calls"
SUFFIX: Final = ".records"
WRITE_EVERY_S: Final = 10.0
_logger = logging.getLogger(__name__)


class CallLog:
    """Writes the calls of one driver.

    Args:
        storage: of the study.
        clock: seconds; calls carry the time since the log was made.
    """

    def __init__(self, storage: Storage, clock: Callable[[], float] = driver_clock) -> None:
        self._storage = storage
        self._clock = clock
        self._began = self._written = clock()
        self._pending: list[Record] = []
        self._log: LocalLog | RemoteLog | None = None

    def opened(self, trials: int) -> None:
        """A driver begins."""
        self._add("opened", {"trials": trials})

    def asked(self, given: Assignment) -> None:
        """A run was handed out."""
        self._add("ask", {**_run(given.identity, given.attempt), "parameters": dict(given.parameters)})

    def reported(
        self, report: LaneReport, objectives: tuple[Objective, ...], *, pruned: bool, paused: bool = False
    ) -> None:
        """A report was taken; ``pruned`` is whether it was answered with PRUNE, ``paused`` whether with PAUSE."""
        said = {
            "step": report.step,
            "epoch": report.epoch,
            "seconds": report.seconds,
            "is_spared": report.is_spared,
            "evaluation": None if report.evaluation is None else measured(report.evaluation, objectives),
            "end": None if report.end is None else to_json(report.end),
            "pruned": pruned,
            "paused": paused,
        }
        self._add("report", {**_run(report.identity, report.attempt), **said})

    def lost(
        self, run: TrialIdentity, attempt: int, reason: str, *, is_storage: bool, objectives: tuple[Objective, ...]
    ) -> None:
        """A run was lost; to be told before the study looks: its record, which goes on afterwards, is kept as it is.

        The moment counts as well: what waits after a loss does so from then on.
        """
        record = _recorded(self._storage, run, objectives)
        self._add("lost", {**_run(run, attempt), "reason": reason, "is_storage": is_storage, "record": record})

    def add(self, kind: str, **payload: object) -> None:
        """Another call."""
        self._add(kind, payload)

    def close(self) -> None:
        """Write what has not been written."""
        self._write()
        if self._log is not None:
            self._log.close()
            self._log = None

    def _add(self, kind: str, payload: Mapping[str, Any]) -> None:
        now = self._clock()
        self._pending.append(Record(kind, 0, payload, now - self._began))
        if now - self._written >= WRITE_EVERY_S:
            self._written = now
            self._write()

    def _write(self) -> None:
        if not self._pending:
            return
        try:
            if self._log is None:
                self._log = _next_log(self._storage)
            self._log.append(0, lines(self._pending), lambda: None)
            self._pending.clear()
        except StorageError as error:  # no search ends for it; tried again with the next portion
            _logger.warning("calls that reached the study could not be logged: %s", error)


class Unlogged(CallLog):
    """Keeps nothing: a search that is replayed was logged when it was run."""

    def _add(self, kind: str, payload: Mapping[str, Any]) -> None:
        """Nothing."""

    def lost(
        self, run: TrialIdentity, attempt: int, reason: str, *, is_storage: bool, objectives: tuple[Objective, ...]
    ) -> None:
        """Nothing."""


def read_calls(storage: Storage) -> list[Record]:
    """The calls under the first driver of a study; empty where none were logged.

    Raises:
        CorruptFileError: where the log is damaged.
        StorageError: where it cannot be read.
    """
    return [record for segment in _log(storage, 1).segments() for record in segment.records]


def measured(evaluation: Evaluation, objectives: tuple[Objective, ...]) -> dict[str, Any]:
    """Of an evaluation what decisions rest on."""
    names = {objective.metric for objective in objectives}
    values = {metric.name: metric.value for metric in evaluation.metrics if metric.name in names}
    return {"step": evaluation.step, "epoch": evaluation.epoch, "final": evaluation.final, "values": values}


def _run(identity: TrialIdentity, attempt: int) -> dict[str, Any]:
    return {"number": identity.number, "replicate": identity.replicate, "attempt": attempt}


def _recorded(storage: Storage, run: TrialIdentity, objectives: tuple[Objective, ...]) -> dict[str, Any] | None:
    try:
        curve = recorded_curve(storage, run)
    except CorruptFileError:
        return None  # of which the study makes a failure
    return {
        "evaluations": [measured(evaluation, objectives) for evaluation in curve.evaluations],
        "end": None if curve.end is None else to_json(curve.end),
        "attempt": curve.attempt,
        "steps": curve.steps,
        "checkpoint_step": curve.checkpoint_step,
        "seconds": curve.seconds,
    }


def _next_log(storage: Storage) -> LocalLog | RemoteLog:
    """A log of its own for this driver, behind those of earlier ones."""
    there = {path.split("/")[1].removesuffix(SUFFIX) for path in storage.list(FOLDER)}
    log = _log(storage, 1 + max((int(number) for number in there), default=0))
    log.open()
    return log


def _log(storage: Storage, number: int) -> LocalLog | RemoteLog:
    local = storage.local_path(f"{FOLDER}/{number}{SUFFIX}")
    return RemoteLog(storage, f"{FOLDER}/{number}", 0) if local is None else LocalLog(local)
