"""One trial within its pack: what it has recorded, what its detectors say, and how it ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from gansearch.curves import Curve, CurveWriter, Record, read_curve
from gansearch.detectors import Trace
from gansearch.detectors.non_finite import NonFinite
from gansearch.detectors.policy import DIVERGED, Policy
from gansearch.records import (
    Assignment,
    End,
    Evaluation,
    Finding,
    LaneReport,
    TrialEnd,
    to_json,
)
from gansearch.storage import Storage
from gansearch.trial import checkpoints
from gansearch.trial.post_mortem import write_post_mortem
from gansearch.trial.tracing import evaluation_columns


class LaneRun:
    """Records one trial and judges it. It never trains: ``run_pack`` does, for all lanes at once.

    Args:
        assignment: the trial.
        storage: the study's storage.
        policy: the detectors and when they stop a trial.
        frame: what a trace needs besides signals and evaluations.
    """

    def __init__(
        self, assignment: Assignment, storage: Storage, policy: Policy, frame: Mapping[str, int | bool | str]
    ) -> None:
        self.assignment = assignment
        self.end: TrialEnd | None = None
        self._storage = storage
        self._policy = policy
        self._frame = frame
        self._writer = CurveWriter(storage, assignment.identity, assignment.attempt)
        self._past = _past(storage, assignment)
        self._signals: dict[str, list[NDArray[np.float32]]] = {}
        self._evaluations: list[Evaluation] = []
        self._findings: list[Finding] = []
        self.spared_for: Finding | None = None
        """Why its detectors would have ended it, were it not in shadow mode or drawn to go on."""
        self._seconds = 0.0
        self._since = time.monotonic()

    def start(self, step: int, about: Mapping[str, object]) -> None:
        """Open this attempt at ``step`` (0, or the checkpoint's) and take over what earlier ones recorded up to it."""
        self._signals = {name: [values[:step]] for name, values in self._past.signals.items()}
        self._evaluations = [done for done in self._past.evaluations if done.step <= step and not done.final]
        self._findings = [finding for finding in self._past.findings if finding.step <= step]
        self.spared_for = self._past.spared_for if self._past.spared_for in self._findings else None
        self._append("attempt", {"from_step": step, "started": time.time(), **about})
        self._writer.flush()

    def record_signals(self, first_step: int, names: tuple[str, ...], values: NDArray[np.float32]) -> None:
        """Take the signals of the steps since ``first_step``: ``values`` is [signals, steps]."""
        columns = dict(zip(names, values, strict=True))
        for name, column in columns.items():
            self._signals.setdefault(name, []).append(column)
        self._append("signals", {"first_step": first_step, "names": list(names), "values": columns})

    def record_evaluation(self, evaluation: Evaluation, samples: bytes) -> None:
        """Take an evaluation and the samples that go with it.

        Of one by the protocol of the end only the values are kept: the rung's of the same epoch has its samples, and
        detectors compare values of one protocol.
        """
        self._append("evaluation", to_json(evaluation))
        if evaluation.final:
            return
        path = str(PurePosixPath("samples") / str(self.assignment.identity) / f"{evaluation.epoch}.npz")
        self._storage.write(path, samples)
        self._evaluations.append(evaluation)
        self._append("samples", {"epoch": evaluation.epoch, "step": evaluation.step, "path": path})

    def save_checkpoint(self, step: int, content: bytes) -> None:
        """Make everything recorded so far durable, then replace the trial's checkpoint.

        In this order: a record may be ahead of its checkpoint, which then repeats some steps; a checkpoint ahead of its
        record would lose some for good.
        """
        self._writer.flush()
        self._writer.check_fence()
        checkpoints.write(self._storage, self.assignment, step, content, lambda path: self._name(step, path))

    def _name(self, step: int, path: str) -> None:
        self._append("checkpoint", {"step": step, "path": path})
        self._writer.flush()

    def judge(self, draw: Callable[[], bytes]) -> TrialEnd | None:
        """Let the detectors look at the trace; the end that they call for, or None.

        A non-finite number ends the trial in every mode: nothing recovers from it, and no sampler could be told of it.

        Args:
            draw: samples of this moment; called where the trial is stopped, for its post-mortem.
        """
        trace = self.trace()
        verdict = self._policy.decide(trace, self._findings)
        diverged = NonFinite().check(trace)
        stop = diverged or (None if self.is_spared else verdict.stop)
        found = verdict.findings if stop is None or stop in verdict.findings else (*verdict.findings, stop)
        spares = verdict.would_stop if stop is None and self.spared_for is None else None
        for finding in found:
            self._findings.append(finding)
            said = {"stopped": finding == stop} | ({"spared": True} if finding == spares else {})
            self._append("finding", {**to_json(finding), **said})
        self.spared_for = self.spared_for or spares
        if stop is None:
            return None
        write_post_mortem(self._storage, self.assignment.identity, stop, trace, draw())
        end = End.DIVERGED if stop.kind == DIVERGED else End.COLLAPSED
        return TrialEnd(end, stop.sentence, trace.steps, trace.epoch, stop)

    @property
    def is_spared(self) -> bool:
        """Whether it goes on to its end though detectors stop it: to see what would have become of it."""
        return self._policy.mode == "enforce" and self._policy.spares(self.assignment.seed)

    def finish(self, end: TrialEnd) -> None:
        """Write the end; nothing may be recorded after it."""
        self.end = end
        self._append("end", to_json(end))
        self._writer.flush()
        self._writer.close()

    def abandon(self) -> None:
        """Write what has been recorded and let go of the record, without an end: the trial is begun again."""
        self._writer.close()

    def report(self, evaluation: Evaluation | None = None) -> LaneReport:
        """What the study is told now."""
        trace_step = self.steps
        return LaneReport(
            identity=self.assignment.identity,
            attempt=self.assignment.attempt,
            step=trace_step,
            epoch=trace_step // max(1, int(self._frame["steps_per_epoch"])),
            evaluation=evaluation,
            end=self.end,
            seconds=self._past.seconds + time.monotonic() - self._since,
            is_spared=self.is_spared and self.spared_for is not None,
        )

    @property
    def steps(self) -> int:
        """Generator updates recorded so far."""
        return 0 if not self._signals else sum(len(part) for part in next(iter(self._signals.values())))

    def trace(self) -> Trace:
        """Everything recorded so far, as the detectors read it."""
        for name, parts in self._signals.items():
            if len(parts) > 1:
                self._signals[name] = [np.concatenate(parts)]
        return Trace.of(
            {name: parts[0] for name, parts in self._signals.items()},
            evaluation_columns(self._evaluations),
            steps_per_epoch=int(self._frame["steps_per_epoch"]),
            total_steps=int(self._frame["total_steps"]),
            classes=int(self._frame["classes"]),
            is_probability_loss=bool(self._frame["is_probability_loss"]),
            loss=str(self._frame.get("loss", "")),
        )

    def _append(self, kind: str, payload: Mapping[str, object]) -> None:
        self._writer.append(Record(kind, self.assignment.attempt, dict(payload)))


def _past(storage: Storage, assignment: Assignment) -> Curve:
    records, _ = read_curve(storage, assignment.identity)
    return Curve.of(records)
