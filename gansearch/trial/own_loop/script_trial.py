"""One attempt at a trial whose training is a script: records what the script says, measures, judges, and ends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import numpy as np

from gansearch.detectors.policy import policy_from_settings
from gansearch.metrics.evaluator import RUNG_SAMPLES, final_samples
from gansearch.records import Assignment, End, Evaluation, LaneReport, TrialEnd
from gansearch.space.script import FILE, HASH, script_parameters
from gansearch.storage import Storage
from gansearch.training.checkpoint import to_bytes
from gansearch.training.state import LaneState
from gansearch.trial import provenance
from gansearch.trial.answer import Answer, resting_reason
from gansearch.trial.checkpoints import readable
from gansearch.trial.context import TrialContext
from gansearch.trial.own_loop.brief import Brief, Start
from gansearch.trial.own_loop.exchange import Evaluated, Returned, Told
from gansearch.trial.own_loop.measuring import PICTURES, evaluation_of, final_evaluation_of, picture_npz
from gansearch.trial.own_loop.random_states import RandomStates
from gansearch.trial.own_loop.script_lane import ScriptLane
from gansearch.trial.own_loop.signal_buffer import Block
from gansearch.trial.own_loop.state_tree import from_tensors, to_tensors
from gansearch.trial.workbench import Workbench

NOT_KNOWN: Final = 10**12
"""Steps of an epoch before the first evaluation has shown how many there are: none is over."""
FLOOR: Final = "label_floor"
"""A script that reports this signal says that its losses are cross entropies."""


class ScriptTrial:
    """The record of one attempt, opened where the trial goes on.

    Args:
        assignment: the trial.
        context: of the study.
        storage: of the study.
        bench: data and evaluator; None where the space has no data set.
    """

    def __init__(
        self, assignment: Assignment, context: TrialContext, storage: Storage, bench: Workbench | None
    ) -> None:
        self._assignment = assignment
        self._context = context
        self._storage = storage
        self._bench = bench
        self._hash = str(assignment.settings[HASH])
        self._epochs = int(assignment.settings["training.epochs"] or 1)
        self._frame: dict[str, int | bool | str] = {
            "steps_per_epoch": NOT_KNOWN,
            "total_steps": NOT_KNOWN,
            "classes": 0 if bench is None else bench.data.geometry.classes,
            "is_probability_loss": False,
        }
        self._lane = ScriptLane(assignment, storage, policy_from_settings(context.detectors), self._frame)
        self._epoch = 0
        self._picture: bytes | None = None
        self.brief = self._brief(self._start())

    @property
    def end(self) -> TrialEnd | None:
        """How it has ended, or rests."""
        return self._lane.end

    @property
    def is_trained(self) -> bool:
        """Whether the evaluation of the last epoch has been made; the script may still have something to do."""
        return self._epoch >= self._epochs

    # --- what the script says ---------------------------------------------------------------------------------------

    def told(self, message: Told) -> list[LaneReport]:
        """Record signals, and let the detectors look at the end of every epoch."""
        end = self._record(message.block)
        return [] if end is None else self.finish(end)

    def evaluated(self, message: Evaluated, state: Callable[[RandomStates], dict[str, Any] | None]) -> list[LaneReport]:
        """Record an evaluation, measure, judge, and write the checkpoint.

        Args:
            message: the evaluation.
            state: what the checkpoint is to hold.
        """
        if self.is_trained:
            return self.complete()
        end = None if message.block is None else self._record(message.block, until=message.step)
        if end is not None:
            return self.finish(end)
        self._epoch = message.epoch
        self._set_frame(message.step)
        reports = [self._report(self._measured(message)), *self._final_reports(message)]
        end = self._lane.judge(self._last_picture)
        self._save(message.step, state(message.random))
        return reports if end is None else [*reports, *self.finish(replace(end, epoch=self._epoch))]

    def returned(self, message: Returned) -> list[LaneReport]:
        """How the trial ends with its script."""
        if self.is_trained:
            return self.complete("" if message.end is None else f"; then the script raised {message.reason}")
        end = None if message.block is None else self._record(message.block)
        if end is not None:
            return self.finish(end)
        if message.end is not None:
            return self.fail(message.end, message.reason)
        if self._epoch:
            return self.complete(f" of {self._epochs}: the script returned")
        return self.fail(
            End.FAILED,
            f"the script must report at least one evaluation (gansearch.report with samples= or metrics=); "
            f"{self._assignment.settings[FILE]} returned after {self._lane.steps} reported steps without one",
        )

    # --- ends -------------------------------------------------------------------------------------------------------

    def obey(self, answer: Answer) -> list[LaneReport]:
        """Carry out what the study answered.

        Between evaluations no checkpoint is written: what a data loader has handed out of an epoch cannot be kept.
        """
        if self.end is not None:
            return []
        if self._assignment.identity in answer.prune:
            why = f"pruned at epoch {self._epoch}: its value was not among those that go on"
            return self._ended(End.PRUNED, why)
        rest = answer.rest_of(self._assignment.identity)
        if rest is None:
            return []
        if self.is_trained:
            return self.complete()
        return self._ended(rest, resting_reason(rest, self._epoch))

    def complete(self, rest: str = "") -> list[LaneReport]:
        """End a trial that is trained."""
        epochs = f"{self._epoch} epochs" if rest.startswith(" of") else f"all {self._epoch} epochs"
        return self._ended(End.COMPLETED, f"trained {epochs}{rest}")

    def fail(self, end: End, reason: str) -> list[LaneReport]:
        """End a trial that cannot go on."""
        return self._ended(end, reason)

    def finish(self, end: TrialEnd) -> list[LaneReport]:
        """Write the end; the report of it."""
        self._lane.finish(end)
        return [self._report()]

    def _ended(self, end: End, reason: str) -> list[LaneReport]:
        return self.finish(TrialEnd(end, reason, self._lane.steps, self._epoch))

    def _report(self, evaluation: Evaluation | None = None) -> LaneReport:
        return replace(self._lane.report(evaluation), epoch=self._epoch)

    # --- recording --------------------------------------------------------------------------------------------------

    def _record(self, block: Block, until: int | None = None) -> TrialEnd | None:
        """Record signals; what the detectors call for at ends of epochs, that of step ``until`` apart."""
        self._frame["is_probability_loss"] = FLOOR in block.names
        every = int(self._frame["steps_per_epoch"])
        for part in block.cut(every):
            self._lane.record_signals(part.first_step, part.names, part.values)
            is_due = part.last_step % every == 0 or not np.isfinite(part.values).all()
            end = self._lane.judge(self._last_picture) if is_due and part.last_step != until else None
            if end is not None:
                return end
        return None

    def _measured(self, message: Evaluated) -> Evaluation:
        evaluation = evaluation_of(message, self._bench, self._hash)
        samples = None if message.samples is None else picture_npz(message.samples, self._bench)
        if samples is None:
            self._lane.record_metrics(evaluation)
        else:
            self._picture = samples
            self._lane.record_evaluation(evaluation, samples)
        return evaluation

    def _final_reports(self, message: Evaluated) -> list[LaneReport]:
        """The evaluation by the protocol of the end, beside the last rung's, where there are samples enough."""
        if not (self.is_trained and self._context.final_evaluation) or self._bench is None:
            return []
        if message.samples is None or len(message.samples) < final_samples(self._bench.data):
            return []
        final = final_evaluation_of(message, message.samples, self._bench, self._hash)
        self._lane.record_evaluation(final, b"")
        return [self._report(final)]

    def _set_frame(self, step: int) -> None:
        every = max(1, step // self._epoch)
        self._frame["steps_per_epoch"] = every
        self._frame["total_steps"] = every * self._epochs

    def _save(self, step: int, state: dict[str, Any] | None) -> None:
        """Write the checkpoint, where the script has said what belongs into it; else what has been recorded."""
        if state is None:
            self._lane.flush()
            return
        about = {
            "identity": str(self._assignment.identity),
            "settings": dict(self._assignment.settings),
            "seed": self._assignment.seed,
            "lanes": 1,
            "versions": provenance.versions(),
        }
        self._lane.save_checkpoint(step, to_bytes(LaneState(to_tensors(state), step), about))

    def _last_picture(self) -> bytes:
        return self._picture or b""

    # --- start ------------------------------------------------------------------------------------------------------

    def _start(self) -> Start:
        """Open the record where the trial goes on."""
        state, damage = (
            readable(self._storage, self._assignment.identity) if self._assignment.attempt > 0 else (None, None)
        )
        step = 0 if state is None else state.step
        self._lane.start(step, {**self._about(), **({} if damage is None else {"damaged_checkpoint": damage})})
        done = self._lane.evaluations()
        if done:
            self._epoch = done[-1].epoch
            self._set_frame(done[-1].step)
        return Start(
            step=step,
            epoch=self._epoch,
            signals=self._lane.last_signals(),
            metrics=frozenset(metric.name for metric in done[-1].metrics) if done else None,
            state=None if state is None else from_tensors(state.tensors),
        )

    def _about(self) -> dict[str, object]:
        data = None if self._bench is None else self._bench.data
        return {
            "versions": provenance.versions(),
            "hardware": provenance.hardware(self._context.device),
            "commit": provenance.commit(),
            "data": None if data is None else {"name": data.name, "checksum": data.checksum},
            "script": {"file": self._assignment.settings[FILE], "sha256": self._hash},
            "lanes": 1,
            "threads": self._context.threads,
            **provenance.place(),
            "seed": self._assignment.seed,
        }

    def _brief(self, start: Start) -> Brief:
        bench = self._bench
        rung = PICTURES if bench is None else RUNG_SAMPLES
        is_measured_at_end = bench is not None and self._context.final_evaluation
        return Brief(
            parameters=script_parameters(self._assignment.settings),
            seed=self._assignment.seed,
            epochs=self._epochs,
            start=start,
            geometry=None if bench is None else bench.data.geometry,
            measured=() if bench is None else bench.evaluator.names_of_samples(),
            objectives=self._context.objectives,
            samples=rung,
            final_samples=max(rung, final_samples(bench.data)) if is_measured_at_end and bench else rung,
        )
