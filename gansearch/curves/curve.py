"""A trial's record assembled into columns: what holds after every attempt at it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gansearch.curves.record import Record
from gansearch.records import (
    Evaluation,
    Finding,
    TrialEnd,
    evaluation_from_json,
    finding_from_json,
    trial_end_from_json,
)


@dataclass(frozen=True)
class SampleFile:
    """Where the samples of one evaluation lie in the study's storage."""

    epoch: int
    step: int
    path: str


@dataclass(frozen=True)
class SavedState:
    """A checkpoint that was recorded: where it lies in the study's storage. One that no record names does not count."""

    step: int
    """Generator updates done in it."""
    path: str


@dataclass(eq=False)
class Curve:
    """What is known of a trial. An attempt that resumed from step s supersedes whatever was recorded after s."""

    signals: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    """One number per generator update; index i holds update i + 1."""
    evaluations: list[Evaluation] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    stopped_by: Finding | None = None
    """The finding that ended the trial."""
    spared_for: Finding | None = None
    """The first finding that would have ended it, were it or its kind not in shadow mode, or it not drawn to go on to
    its end. What the policy calls for replaces one of a kind in shadow mode."""
    end: TrialEnd | None = None
    """None while it runs, and where a newer attempt has begun since."""
    attempts: list[Mapping[str, Any]] = field(default_factory=list)
    """The payloads of the attempts, in order."""
    attempt: int | None = None
    """Number of the newest attempt; None where none has begun."""
    samples: list[SampleFile] = field(default_factory=list)
    checkpoint: SavedState | None = None
    """The last one."""
    seconds: float = 0.0
    """Time that every attempt took, from its beginning to its end or last record."""

    @classmethod
    def of(cls, records: Iterable[Record]) -> Curve:
        """Assemble the records of a trial, in the order in which they were read."""
        assembly = _Assembly(cls())
        for record in records:
            assembly.add(record)
        return assembly.finished()

    @property
    def checkpoint_step(self) -> int:
        """Generator updates in the last checkpoint; 0 where there is none."""
        return 0 if self.checkpoint is None else self.checkpoint.step

    @property
    def steps(self) -> int:
        """Generator updates recorded."""
        return max((len(values) for values in self.signals.values()), default=0)

    @property
    def samples_by_epoch(self) -> dict[int, str]:
        """Paths of sample files by epoch."""
        return {sample.epoch: sample.path for sample in self.samples}

    def evaluation_columns(self) -> dict[str, NDArray[np.float64]]:
        """Metrics of the evaluations at rungs by name, with ``step`` and ``epoch``; NaN where one was not measured.

        Evaluations with the protocol of the end are left out: their values do not compare with those of rungs.
        """
        rungs = [evaluation for evaluation in self.evaluations if not evaluation.final]
        columns = {
            "step": np.array([evaluation.step for evaluation in rungs], dtype=np.float64),
            "epoch": np.array([evaluation.epoch for evaluation in rungs], dtype=np.float64),
        }
        measured = [{metric.name: metric.value for metric in evaluation.metrics} for evaluation in rungs]
        for name in sorted({name for values in measured for name in values}):
            columns[name] = np.array([values.get(name, np.nan) for values in measured], dtype=np.float64)
        return columns


class _Assembly:
    """Adds records to a curve; windows of signals are joined once, at the end."""

    def __init__(self, curve: Curve) -> None:
        self._curve = curve
        self._windows: dict[str, list[NDArray[np.float32]]] = {}
        self._lengths: dict[str, int] = {}
        self._evaluations: dict[tuple[float, str, bool], Evaluation] = {}
        self._attempt = 0
        self._started = 0.0
        self._seen = 0.0

    def add(self, record: Record) -> None:
        """Take the next record; one of an attempt that has been replaced is passed over."""
        if record.attempt < self._attempt:
            return
        if record.kind == "attempt":
            self._begin(record)
        elif record.kind == "signals":
            self._signals(record.payload)
        elif record.kind == "evaluation":
            self._evaluation(evaluation_from_json(record.payload))
        elif record.kind == "finding":
            self._finding(record.payload)
        elif record.kind == "samples":
            self._samples(record.payload)
        elif record.kind == "checkpoint":
            self._curve.checkpoint = SavedState(int(record.payload["step"]), str(record.payload["path"]))
        elif record.kind == "end":
            self._curve.end = trial_end_from_json(record.payload)
            self._curve.seconds += max(0.0, record.time - self._started)
            self._started = self._seen = 0.0
        if self._started:
            self._seen = record.time

    def finished(self) -> Curve:
        """The curve."""
        self._close_attempt()
        self._curve.evaluations = list(self._evaluations.values())
        for name in self._windows:
            self._curve.signals[name] = self._joined(name)
        return self._curve

    def _begin(self, record: Record) -> None:
        curve, step = self._curve, int(record.payload["from_step"])
        self._close_attempt()
        self._attempt = record.attempt
        self._started = float(record.payload.get("started", record.time))
        for name in self._windows:
            self._cut(name, step)
        curve.attempts.append(record.payload)
        curve.attempt = record.attempt
        self._evaluations = {key: done for key, done in self._evaluations.items() if done.step <= step}
        curve.findings = [finding for finding in curve.findings if finding.step <= step]
        curve.samples = [sample for sample in curve.samples if sample.step <= step]
        if curve.checkpoint_step > step:  # it could not be read, or was not to be gone on from
            curve.checkpoint = None
        curve.end = curve.stopped_by = None
        if curve.spared_for not in curve.findings:
            curve.spared_for = None

    def _close_attempt(self) -> None:
        """Count the time of an attempt that has no end of its own: until its last record."""
        self._curve.seconds += max(0.0, self._seen - self._started) if self._started else 0.0
        self._started = self._seen = 0.0

    def _signals(self, payload: Mapping[str, Any]) -> None:
        first = int(payload["first_step"])
        for name in payload["names"]:
            if self._lengths.setdefault(name, 0) != first:
                self._cut(name, first)
            values = np.asarray(payload["values"][name], dtype=np.float32)
            self._windows.setdefault(name, []).append(values)
            self._lengths[name] += len(values)

    def _cut(self, name: str, length: int) -> None:
        """Bring a signal to ``length``: what is recomputed goes, what was never recorded is NaN."""
        values = self._joined(name)[:length]
        missing = np.full(length - len(values), np.nan, dtype=np.float32)
        self._windows[name] = [np.concatenate([values, missing])]
        self._lengths[name] = length

    def _joined(self, name: str) -> NDArray[np.float32]:
        windows = self._windows.get(name, [])
        return np.concatenate(windows) if windows else np.zeros(0, dtype=np.float32)

    def _evaluation(self, new: Evaluation) -> None:
        key = (new.epoch, new.generator, new.final)
        self._evaluations.pop(key, None)
        self._evaluations[key] = new

    def _finding(self, payload: Mapping[str, Any]) -> None:
        finding = finding_from_json({key: value for key, value in payload.items() if key not in ("stopped", "spared")})
        if finding is not None:
            self._curve.findings.append(finding)
        if payload.get("stopped"):
            self._curve.stopped_by = finding
        if payload.get("spared"):
            self._curve.spared_for = finding

    def _samples(self, payload: Mapping[str, Any]) -> None:
        sample = SampleFile(int(payload["epoch"]), int(payload["step"]), str(payload["path"]))
        kept = [old for old in self._curve.samples if old.epoch != sample.epoch]
        self._curve.samples = [*kept, sample]
