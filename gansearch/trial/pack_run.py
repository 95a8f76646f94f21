"""The lanes of one pack and the loop over its epochs: an epoch, its signals, then what is due."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial

from gansearch.detectors.policy import policy_from_settings
from gansearch.metrics.evaluator import RUNG_SAMPLES
from gansearch.records import Assignment, End, Evaluation, LaneReport, TrialEnd
from gansearch.space.configuration import resolve
from gansearch.storage import Storage
from gansearch.training import Lane, Pack
from gansearch.training.checkpoint import to_bytes
from gansearch.trial import provenance
from gansearch.trial.answer import Answer, PackRun, resting_reason
from gansearch.trial.checkpoints import readable
from gansearch.trial.context import TrialContext
from gansearch.trial.lane_run import LaneRun
from gansearch.trial.measuring import FINAL, RUNG, EvaluationProtocol, measure
from gansearch.trial.samples import drawn_from, to_npz
from gansearch.trial.workbench import Workbench


class TrainedPack:
    """The lanes of one pack and the loop over its epochs.

    Args:
        assignments: of equal signatures.
        context: of the study.
        storage: of the study.
        bench: data and evaluator.
        is_again: whether the trials have been begun within this attempt, so that a checkpoint they have is of it.
    """

    def __init__(
        self,
        assignments: Sequence[Assignment],
        context: TrialContext,
        storage: Storage,
        bench: Workbench,
        *,
        is_again: bool = False,
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
        frame: dict[str, int | bool | str] = {
            "steps_per_epoch": self._pack.steps_per_epoch,
            "total_steps": self._pack.total_steps,
            "classes": bench.data.geometry.classes,
            "is_probability_loss": configurations[0].loss.facts.is_probability_loss,
            "loss": configurations[0].loss.name,
        }
        policy = policy_from_settings(context.detectors)
        damage = self._restore(assignments, is_again)
        self._lane_run = partial(LaneRun, storage=storage, policy=policy, frame=frame)
        self._lanes = [self._lane_run(assignment) for assignment in assignments]
        self._joining: list[Assignment] = []
        self._count = len(self._lanes)
        self._reports: list[LaneReport] = []
        self._start(self._lanes, damage)

    def run(self) -> PackRun:
        """The loop: an epoch, its signals, then what is due."""
        last_yield = time.monotonic()
        while self._lanes:
            self._epoch()
            reports = self.untold()
            is_due = bool(reports) or time.monotonic() - last_yield >= self._context.heartbeat_s
            while is_due:
                answer = yield reports
                last_yield = time.monotonic()
                reports = self._obey(answer)
                is_due = bool(reports)
            self._regroup()

    # --- coming to an end before the lanes do -----------------------------------------------------------------------

    @property
    def count(self) -> int:
        """K of the last epoch, also while lanes that have ended are taken out; with those that join, while they do."""
        return self._count

    @property
    def unfinished(self) -> tuple[Assignment, ...]:
        """The trials that have not ended, those that are to join among them."""
        return (*(lane.assignment for lane in self._lanes if lane.end is None), *self._joining)

    def untold(self) -> list[LaneReport]:
        """The reports that have been made and not been yielded; they are handed out once."""
        reports, self._reports = self._reports, []
        return reports

    def fail(self, end: End, reason: str) -> list[LaneReport]:
        """End every lane that has not ended; the reports of that."""
        unfinished = [lane for lane in self._lanes if lane.end is None]
        for lane in unfinished:
            lane.finish(TrialEnd(end, reason, lane.steps, lane.steps // self._pack.steps_per_epoch))
        return [lane.report() for lane in unfinished]

    def abandon(self) -> None:
        """Let go of every lane that has not ended, with its records as they are."""
        for lane in self._lanes:
            if lane.end is None:
                lane.abandon()

    # --- one epoch ------------------------------------------------------------------------------------------------

    def _epoch(self) -> None:
        """Train one epoch, record it, measure and judge."""
        if self._completed_before():
            return
        self._count = len(self._lanes)
        first_steps = self._pack.steps
        signals = self._pack.train_epoch()
        for lane, first_step, values in zip(self._lanes, first_steps, signals.values, strict=True):
            lane.record_signals(first_step, signals.names, values)
        evaluations = self._evaluate(RUNG, [index for index in self._indices() if self._is_due(index)])
        # Beside the rung's and not in its place: values of the two protocols do not go into one mean.
        last = [index for index in self._indices() if self._is_trained(index) and self._context.final_evaluation]
        finals = self._evaluate(FINAL, last)
        self._reports += [self._lanes[index].report(final) for index, final in finals.items()]
        for index, lane in enumerate(self._lanes):
            evaluation = evaluations.get(index)
            end = lane.judge(partial(self._draw, index)) or self._completed(index)
            if evaluation is not None:
                self._save(index, lane)
            if end is not None:
                lane.finish(end)
            if evaluation is not None or end is not None:
                self._reports.append(lane.report(evaluation))

    def _completed_before(self) -> bool:
        """End lanes whose last checkpoint was of the last epoch, and whose worker died before it said so."""
        done = [index for index in self._indices() if self._is_trained(index)]
        for index in done:
            end = self._completed(index)
            assert end is not None
            self._lanes[index].finish(end)
        self._reports += [self._lanes[index].report() for index in done]
        return bool(done)

    def _indices(self) -> range:
        return range(len(self._lanes))

    def _is_trained(self, index: int) -> bool:
        return self._pack.epochs[index] >= self._settings.epochs

    def _is_due(self, index: int) -> bool:
        every = self._settings.evaluate_every or 1
        return self._pack.epochs[index] % every == 0 or self._is_trained(index)

    def _evaluate(self, protocol: EvaluationProtocol, indices: list[int]) -> dict[int, Evaluation]:
        """Measure these lanes; their evaluations by index."""
        if not indices:
            return {}
        measured = measure(self._pack, self._bench, protocol, use_average=self._context.use_average, lanes=indices)
        for index, (evaluation, samples) in zip(indices, measured, strict=True):
            self._lanes[index].record_evaluation(evaluation, samples)
        return {index: evaluation for index, (evaluation, _) in zip(indices, measured, strict=True)}

    def _draw(self, index: int) -> bytes:
        """Samples of one lane as they are now, at the latents of its evaluations."""
        averaged = self._context.use_average and self._pack.has_average
        return to_npz(self._bench.data, drawn_from(self._pack, RUNG_SAMPLES, averaged=averaged)[index])

    def _completed(self, index: int) -> TrialEnd | None:
        if not self._is_trained(index):
            return None
        epochs = self._pack.epochs[index]
        return TrialEnd(End.COMPLETED, f"trained all {epochs} epochs", self._lanes[index].steps, epochs)

    # --- decisions and ends -----------------------------------------------------------------------------------------

    def _obey(self, answer: Answer) -> list[LaneReport]:
        """Carry out what the study answered: prune lanes, or let them write their checkpoints and rest; their reports.

        Lanes leave and join once there is nothing more to answer: to assemble the pack anew is what costs time.
        """
        if answer.join:
            self._joining += answer.join
            self._count = len(self.unfinished)
        ended: list[LaneReport] = []
        for index in [index for index, lane in enumerate(self._lanes) if lane.end is None]:
            lane, epoch = self._lanes[index], self._pack.epochs[index]
            if lane.assignment.identity in answer.prune:
                why = f"pruned at epoch {epoch}: its value was not among those that go on"
                lane.finish(TrialEnd(End.PRUNED, why, lane.steps, epoch))
            elif (rest := answer.rest_of(lane.assignment.identity)) is not None:
                self._save(index, lane)
                why = resting_reason(rest, epoch)
                lane.finish(TrialEnd(rest, why, lane.steps, epoch))
            if lane.end is not None:
                ended.append(lane.report())
        return ended

    def _save(self, index: int, lane: LaneRun) -> None:
        about = {
            "identity": str(lane.assignment.identity),
            "settings": dict(lane.assignment.settings),
            "seed": lane.assignment.seed,
            "lanes": self._pack.count,
            "versions": provenance.versions(),
        }
        lane.save_checkpoint(self._pack.steps[index], to_bytes(self._pack.lane_state(index), about))

    def _regroup(self) -> None:
        """Take out the lanes that have ended, and let in those that are to join."""
        ended = {index for index, lane in enumerate(self._lanes) if lane.end is not None}
        self._lanes = [lane for lane in self._lanes if lane.end is None]
        if self._joining:
            self._take_in(ended)
        elif ended and self._lanes:
            self._pack.leave(ended)

    def _take_in(self, leaving: set[int]) -> None:
        """Whatever is raised here, those that join are among the unfinished."""
        configurations = [resolve(each.settings) for each in self._joining]
        lanes = [Lane(said, each.seed) for said, each in zip(configurations, self._joining, strict=True)]
        new: list[LaneRun] = []
        while self._joining:
            new.append(self._lane_run(self._joining[0]))
            self._lanes.append(new[-1])
            del self._joining[0]
        self._count = len(self._lanes)
        order = self._pack.join(lanes, [None] * len(lanes), leaving=leaving)
        self._lanes = [self._lanes[place] for place in order]
        self._start(new, [None] * len(new))

    # --- start ------------------------------------------------------------------------------------------------------

    def _restore(self, assignments: Sequence[Assignment], is_again: bool) -> list[str | None]:
        """Set each lane to its checkpoint; one whose checkpoint is damaged begins anew, and is told what is wrong."""
        damage: list[str | None] = [None] * len(assignments)
        for index, assignment in enumerate(assignments):
            if not is_again and assignment.attempt == 0:
                continue
            state, damage[index] = readable(self._storage, assignment.identity)
            if state is not None:
                self._pack.load_lane_state(index, state)
        return damage

    def _start(self, starting: Sequence[LaneRun], damage: Sequence[str | None]) -> None:
        """Open the records of lanes where they go on, with K as it is now."""
        about = {
            "versions": provenance.versions(),
            "hardware": provenance.hardware(self._context.device),
            "commit": provenance.commit(),
            "data": {"name": self._bench.data.name, "checksum": self._bench.data.checksum},
            "lanes": len(self._lanes),
            "threads": self._context.threads,
            **provenance.place(),
        }
        steps = dict(zip((lane.assignment.identity for lane in self._lanes), self._pack.steps, strict=True))
        for lane, wrong in zip(starting, damage, strict=True):
            said = {} if wrong is None else {"damaged_checkpoint": wrong}
            lane.start(steps[lane.assignment.identity], {**about, "seed": lane.assignment.seed, **said})
