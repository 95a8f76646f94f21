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
from gansearch.detectors.policy import DIVERGED, Policy, Verdict
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

BY_AUDIT, BY_MODE, BY_KIND = "audit", "shadow_mode", "kind_in_shadow"
"""What spares a trial the stop: it was drawn; all detectors are in shadow mode; or the finding's kind alone is."""


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
        """Why its detectors would have ended it, were they or its kind not in shadow mode, or it not drawn to go on."""
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
            draw: samples of this moment; called for a post-mortem, where the trial is stopped or spared that.
        """
        trace = self.trace()
        verdict = self._policy.decide(trace, self._findings)
        diverged = NonFinite().check(trace)
        stop = diverged or (None if self.is_spared else verdict.stop)
        spared = None if stop is not None else self._newly_spared(verdict)
        if spared is not None:  # before the record says so: who reads that looks for the files
            self._leave(spared[0], trace, draw, is_spared=True)
            self.spared_for = spared[0]
        found = verdict.findings if stop is None or stop in verdict.findings else (*verdict.findings, stop)
        for finding in found:
            self._findings.append(finding)
            said = {"spared": spared[1]} if spared is not None and finding == spared[0] else {}
            self._append("finding", {**to_json(finding), "stopped": finding == stop, **said})
        if stop is None:
            return None
        self._leave(stop, trace, draw)
        end = End.DIVERGED if stop.kind == DIVERGED else End.COLLAPSED
        return TrialEnd(end, stop.sentence, trace.steps, trace.epoch, stop)

    def _newly_spared(self, verdict: Verdict) -> tuple[Finding, str] | None:
        """The finding that it is spared now, and by what; None where there is none, or it has been spared before.

        What the policy calls for outweighs a kind in shadow mode that was seen earlier.
        """
        if verdict.would_stop is not None and not self._is_called_for:
            return verdict.would_stop, BY_AUDIT if self._policy.mode == "enforce" else BY_MODE
        return (verdict.in_shadow, BY_KIND) if verdict.in_shadow is not None and self.spared_for is None else None

    def _leave(self, finding: Finding, trace: Trace, draw: Callable[[], bytes], *, is_spared: bool = False) -> None:
        write_post_mortem(self._storage, self.assignment.identity, finding, trace, draw(), is_spared=is_spared)

    @property
    def _is_called_for(self) -> bool:
        """Whether the policy has called for its end, which it was spared."""
        return self.spared_for is not None and self._policy.calls_for(self.spared_for)

    @property
    def is_spared(self) -> bool:
        """Whether it goes on to its end though detectors stop it: to see what would have become of it."""
        return self._policy.mode == "enforce" and self._policy.spares(self.assignment.seed)

    def finish(self, end: TrialEnd) -> None:
        """Write the end; nothing may be recorded after it. Where that fails, the trial has none."""
        self._append("end", to_json(end))
        self._writer.flush()
        self._writer.close()
        self.end = end

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
            is_spared=self.is_spared and self._is_called_for,
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
