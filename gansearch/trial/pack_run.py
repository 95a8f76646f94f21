"""The lanes of one pack and the loop over its epochs: an epoch, its signals, then what is due."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Sequence
from functools import partial

from gansearch.detectors.policy import policy_from_settings
from gansearch.errors import StorageError
from gansearch.metrics.evaluator import RUNG_SAMPLES
from gansearch.records import Assignment, End, Evaluation, LaneReport, TrialEnd
from gansearch.space.configuration import resolve
from gansearch.storage import Storage
from gansearch.training import Lane, Pack
from gansearch.training.checkpoint import from_bytes, to_bytes
from gansearch.trial import provenance
from gansearch.trial.answer import Answer, PackRun
from gansearch.trial.context import TrialContext
from gansearch.trial.failure import end_of, reason_of
from gansearch.trial.lane_run import LaneRun, checkpoint_path
from gansearch.trial.measuring import FINAL, RUNG, EvaluationProtocol, measure
from gansearch.trial.samples import to_npz
from gansearch.trial.workbench import Workbench


class TrainedPack:
    """The lanes of one pack and the loop over its epochs."""

    def __init__(
        self, assignments: Sequence[Assignment], context: TrialContext, storage: Storage, bench: Workbench
    ) -> None:
        configurations = [resolve(assignment.settings) for assignment in assignments]
        self._context = context
        self._storage = storage
        self._bench = bench
        self._settings = configurations[0].training
        lanes = [
            Lane(configuration, each.seed) for configuration, each in zip(configurations, assignments, strict=True)
        ]
        self._pack = Pack(lanes, bench.data, device=context.device)
        frame = {
            "steps_per_epoch": self._pack.steps_per_epoch,
            "total_steps": self._pack.total_steps,
            "classes": bench.data.geometry.classes,
            "is_probability_loss": configurations[0].loss.facts.is_probability_loss,
        }
        policy = policy_from_settings(context.detectors)
        self._lanes = [LaneRun(assignment, storage, policy, frame) for assignment in assignments]
        self._restore()

    def run(self) -> PackRun:
        """The loop: an epoch, its signals, then what is due."""
        last_yield = time.monotonic()
        while self._lanes:
            try:
                reports = self._epoch()
            except StorageError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever a trick or network raises is its trial's end
                yield self._fail(error)
                return
            if reports or time.monotonic() - last_yield >= self._context.heartbeat_s:
                answer = yield reports
                last_yield = time.monotonic()
                yield from self._obey(answer)

    # --- one epoch ------------------------------------------------------------------------------------------------

    def _epoch(self) -> list[LaneReport]:
        """Train one epoch, record it, measure and judge; the reports that it makes."""
        if self._pack.epoch >= self._settings.epochs:
            return self._completed_before()
        first_step = self._pack.step
        signals = self._pack.train_epoch()
        for lane, values in zip(self._lanes, signals.values, strict=True):
            lane.record_signals(first_step, signals.names, values)
        evaluations = self._evaluate(RUNG) if self._is_due() else [None] * len(self._lanes)
        is_last = self._pack.epoch >= self._settings.epochs and self._context.final_evaluation
        # Beside the rung's and not in its place: values of the two protocols do not go into one mean.
        finals = self._evaluate(FINAL) if is_last else [None] * len(self._lanes)
        reports = []
        for index, (lane, evaluation, final) in enumerate(zip(list(self._lanes), evaluations, finals, strict=True)):
            if final is not None:
                reports.append(lane.report(final))
            end = lane.judge(partial(self._draw, index)) or self._completed(lane)
            if evaluation is not None:
                self._save(index, lane)
            if end is not None:
                lane.finish(end)
            if evaluation is not None or end is not None:
                reports.append(lane.report(evaluation))
        self._drop_ended()
        return reports

    def _completed_before(self) -> list[LaneReport]:
        """The reports of lanes whose last checkpoint was of the last epoch, and whose worker died before it said so."""
        for lane in self._lanes:
            end = self._completed(lane)
            assert end is not None
            lane.finish(end)
        reports = [lane.report() for lane in self._lanes]
        self._drop_ended()
        return reports

    def _is_due(self) -> bool:
        every = self._settings.evaluate_every or 1
        return self._pack.epoch % every == 0 or self._pack.epoch >= self._settings.epochs

    def _evaluate(self, protocol: EvaluationProtocol) -> list[Evaluation | None]:
        measured = measure(self._pack, self._bench, protocol, use_average=self._context.use_average)
        for lane, (evaluation, samples) in zip(self._lanes, measured, strict=True):
            lane.record_evaluation(evaluation, samples)
        return [evaluation for evaluation, _ in measured]

    def _draw(self, index: int) -> bytes:
        """Samples of one lane as they are now, at the latents of its evaluations."""
        averaged = self._context.use_average and self._pack.has_average
        return to_npz(self._bench.data, self._pack.sample(RUNG_SAMPLES, averaged=averaged)[index])

    def _completed(self, lane: LaneRun) -> TrialEnd | None:
        if self._pack.epoch < self._settings.epochs:
            return None
        return TrialEnd(End.COMPLETED, f"trained all {self._pack.epoch} epochs", lane.steps, self._pack.epoch)

    # --- decisions and ends -----------------------------------------------------------------------------------------

    def _obey(self, answer: Answer) -> PackRun:
        """Carry out what the study answered: prune single lanes, or checkpoint all and rest."""
        ended: list[LaneReport] = []
        for index, lane in enumerate(self._lanes):
            if lane.assignment.identity in answer.prune:
                why = f"pruned at epoch {self._pack.epoch}: its value was not among those that go on"
                lane.finish(TrialEnd(End.PRUNED, why, lane.steps, self._pack.epoch))
            elif answer.stop is not None:
                self._save(index, lane)
                why = f"resting at epoch {self._pack.epoch}, to be resumed"
                lane.finish(TrialEnd(answer.stop, why, lane.steps, self._pack.epoch))
            if lane.end is not None:
                ended.append(lane.report())
        self._drop_ended()
        if ended:
            yield ended

    def _save(self, index: int, lane: LaneRun) -> None:
        about = {
            "identity": str(lane.assignment.identity),
            "settings": dict(lane.assignment.settings),
            "seed": lane.assignment.seed,
            "lanes": self._pack.count,
            "versions": provenance.versions(),
        }
        lane.save_checkpoint(self._pack.step, to_bytes(self._pack.lane_state(index), about))

    def _drop_ended(self) -> None:
        for index in reversed(range(len(self._lanes))):
            if self._lanes[index].end is not None:
                del self._lanes[index]
                if self._lanes:
                    self._pack.remove(index)

    def _fail(self, error: Exception) -> list[LaneReport]:
        end = end_of(error)
        for lane in self._lanes:
            lane.finish(TrialEnd(end, reason_of(error), lane.steps, self._pack.epoch))
        reports = [lane.report() for lane in self._lanes]
        self._lanes = []
        return reports

    # --- start ------------------------------------------------------------------------------------------------------

    def _restore(self) -> None:
        """Continue each lane from its checkpoint; lanes of one pack start at the same step."""
        for index, lane in enumerate(self._lanes):
            path = checkpoint_path(lane.assignment)
            if lane.assignment.attempt > 0 and self._storage.exists(path):
                self._pack.load_lane_state(index, from_bytes(self._storage.read(path)))
        about = {
            "versions": provenance.versions(),
            "hardware": provenance.hardware(self._context.device),
            "commit": provenance.commit(),
            "data": {"name": self._bench.data.name, "checksum": self._bench.data.checksum},
            "lanes": len(self._lanes),
            "threads": self._context.threads,
            "host": platform.node(),
            "pid": os.getpid(),
        }
        for lane in self._lanes:
            lane.start(self._pack.step, {**about, "seed": lane.assignment.seed})
