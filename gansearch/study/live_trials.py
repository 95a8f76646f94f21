"""The trials that have not been told: handing them out, judging them at rungs, and telling them once they are over."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

import optuna
from optuna.trial import TrialState

from gansearch.errors import CorruptFileError, StudyError
from gansearch.records import Assignment, End, Evaluation, TrialEnd, TrialIdentity
from gansearch.space.plan import WILCOXON
from gansearch.study.ends import tell, told
from gansearch.study.extending import epochs_wanted
from gansearch.study.extension import Extension, add_extension, take_over_record
from gansearch.study.live_trial import LiveTrial
from gansearch.study.losses import Loss, is_spent
from gansearch.study.objective import evaluation_values
from gansearch.study.pack_time import PackTime
from gansearch.study.paused_trials import PausedTrials
from gansearch.study.racing import Race
from gansearch.study.ready import Ready, driver_clock
from gansearch.study.recorded import has_begun, recorded_curve, take_over
from gansearch.study.replicate import LOSSES, Replicate
from gansearch.study.seeds import run_seed
from gansearch.study.starting import Starter
from gansearch.study.study_reader import StudyReader

DRIVER_LOST = "its driver was lost"
STOPPED = "stopped by the user before it was begun again"


class LiveTrials:
    """The trials of one study in state RUNNING.

    Args:
        study: Optuna's, with its pruner.
        reader: of the study.
        prunes: whether the pruner is asked; it is not about trials that were run where there was none.
        clock: seconds, for runs that wait after a loss.
    """

    def __init__(
        self,
        study: optuna.Study,
        reader: StudyReader,
        *,
        prunes: bool = True,
        clock: Callable[[], float] = driver_clock,
    ) -> None:
        plan = reader.space.plan
        self._study = study
        self._reader = reader
        self._starter = Starter(study, reader)
        self._objectives = plan.objectives
        self._replicates = plan.replicates
        self._is_wilcoxon = plan.pruner["name"] == WILCOXON
        self._prunes = prunes and plan.pruner["name"] != "none"
        self._live: dict[int, LiveTrial] = {}
        self._paused = PausedTrials(reader, pauses=prunes)
        self._clock = clock
        self._ready = Ready(clock, Race.of(plan.pruner))
        self._over: list[tuple[TrialIdentity, TrialEnd]] = []
        self.packs = PackTime(reader.database.optuna, reader.study_id)
        """How long packs have run."""
        rows = reader.trials()
        self._told_epochs = sum(row.epoch for row in rows if row.state != "running")
        self._has_completed = any(row.state == "complete" for row in rows)
        for frozen in reader.frozen():
            if frozen.state is TrialState.RUNNING:
                self._adopt(self._starter.adopt(frozen))
        self._ready.suspects_last()

    @property
    def epochs(self) -> int:
        """Epochs trained in all trials of the study."""
        live = sum(each.epoch for live in self._live.values() for each in live.replicates)
        return self._told_epochs + self._paused.epochs + live

    @property
    def waiting(self) -> int:
        """Runs that have been begun, or whose trial has, and that no executor has."""
        return len(self._ready)

    @property
    def is_single(self) -> bool:
        """Whether one trial alone is handed out."""
        return self._ready.only is not None

    # --- handing out ------------------------------------------------------------------------------------------------

    def next(self) -> Assignment | None:
        """The next run to start; None where there is none now.

        What was lost or interrupted comes first, then what waits and is among the best of its rung by now, then new
        trials. Where nothing is left, and no trial has completed, the best of those that wait goes on all the same.
        """
        found = self._ready.take() or self._promoted() or self._new() or self._last()
        if found is None:
            return None
        live, replicate = found
        identity = self._identity(live, replicate)
        promoted_at = None if replicate.pause is None else replicate.epoch
        if replicate.attempt > 0:
            # From here on the worker of an earlier attempt, should it still live, can write nothing more.
            self._reader.storage.fence(identity, replicate.attempt)
            replicate.end = None
            live.save(replicate)
        replicate.is_out = True
        replicate.earlier_s = replicate.seconds
        self.packs.begin(identity)
        return Assignment(
            identity=identity,
            seed=run_seed(self._reader.space.plan, self._reader.seed, live.origin, identity.replicate),
            attempt=replicate.attempt,
            settings=dict(live.settings),
            parameters=dict(live.parameters),
            extended_from=None if live.extension is None else live.extension.of,
            promoted_at=promoted_at,
        )

    def extend(self, number: int, epochs: str) -> int:
        """Add a trial that goes on with the one of this number, and hand out no other from now on; its own number.

        Raises:
            StudyError: where that one has not ended, has no checkpoint, or has been trained for so many epochs.
        """
        old = self._reader.trial(number)
        if not old.state.is_finished():
            raise StudyError(f"a trial that is extended must have ended; {self._named(number, 0)} has not")
        planned = int(self._starter.settings(old)["training.epochs"] or 0)
        count = self._reader.space.replicates(old.params)
        runs = [self._named(number, index) for index in range(count)]
        wanted = epochs_wanted(self._reader, runs, number, epochs, planned)
        new = add_extension(self._study, old, wanted)
        self._ready.only = new.number
        self._adopt(self._starter.adopt(new))
        return new.number

    @property
    def due_in_s(self) -> float | None:
        """Seconds until a run that waits after a loss may be begun again; None where none waits."""
        return self._ready.due_in_s

    def _new(self) -> tuple[LiveTrial, Replicate] | None:
        """Begin a trial; its first replicate."""
        live = None if self.is_single else self._starter.start()
        if live is None:
            return None
        self._live[live.number] = live
        first, *others = live.replicates
        for replicate in others:
            self._ready.add(live, replicate)
        return live, first

    def _promoted(self) -> tuple[LiveTrial, Replicate] | None:
        return None if self.is_single else self._again_from_rung(self._paused.promoted())

    def _last(self) -> tuple[LiveTrial, Replicate] | None:
        is_wanted = self._is_idle and not self._has_completed
        return self._again_from_rung(self._paused.best()) if is_wanted else None

    def _again_from_rung(self, live: LiveTrial | None) -> tuple[LiveTrial, Replicate] | None:
        """Take a trial that has waited among those that run, as its next attempt; its one replicate."""
        if live is None:
            return None
        self._live[live.number] = live
        (replicate,) = live.replicates
        replicate.attempt += 1
        return live, replicate

    @property
    def _is_idle(self) -> bool:
        """Whether no executor has a run, and none is offered again."""
        is_out = any(each.is_out for live in self._live.values() for each in live.replicates)
        return not (is_out or self.is_single or self.waiting)

    def give_up_paused(self) -> bool:
        """Prune what waits at rungs, to be called where there is no next run; whether that is over now.

        While runs are at work or offered again, those that wait may still be promoted.
        """
        if not self._is_idle:
            return False
        waiting = list(self._paused)
        for live in waiting:
            self._give_up(live, self._paused.why_over(live))
        return bool(waiting)

    def _give_up(self, live: LiveTrial, reason: str) -> None:
        """Prune every run of a trial that is not over."""
        self._live[live.number] = self._paused.remove(live.number) or live
        for replicate in live.replicates:
            if not replicate.is_over:
                step = 0 if replicate.end is None else replicate.end.step
                self.ended(live, replicate, TrialEnd(End.PRUNED, reason, step, replicate.epoch))

    def find(self, identity: TrialIdentity, attempt: int) -> tuple[LiveTrial, Replicate] | None:
        """Whom an attempt belongs to; None where that run is not out (any more), or the attempt has been replaced."""
        live = self._live.get(identity.number)
        index = identity.replicate or 0
        if live is None or index >= len(live.replicates):
            return None
        replicate = live.replicates[index]
        return (live, replicate) if replicate.is_out and replicate.attempt == attempt else None

    def trained(self, live: LiveTrial, replicate: Replicate, *, epoch: int, seconds: float) -> None:
        """Take how far a run has come, and in how much time over all attempts."""
        replicate.epoch = max(replicate.epoch, epoch)
        replicate.seconds = max(replicate.seconds, seconds)
        self.packs.heard(self._identity(live, replicate), replicate.seconds - replicate.earlier_s)

    # --- rungs ------------------------------------------------------------------------------------------------------

    def evaluated(self, live: LiveTrial, replicate: Replicate, evaluation: Evaluation) -> None:
        """Take an evaluation; of several at one epoch the first counts."""
        values = evaluation_values(evaluation, self._objectives)
        if evaluation.final:
            replicate.final = values
        else:
            replicate.rungs.setdefault(evaluation.epoch, values)
        self._judge(live)

    def _judge(self, live: LiveTrial) -> None:
        """Report the rungs that the trial has passed, and prune it where Optuna says so."""
        if len(self._objectives) > 1 or self._is_wilcoxon:
            return
        for epoch, value in live.rungs_passed():
            live.report(epoch, value)
            # A trial that has trained in full is complete; there is nothing left to save.
            if epoch < int(live.settings["training.epochs"] or 0):
                self._ask_pruner(live, epoch)
                why = self._paused.judge(live, epoch, value)
                if why is not None:
                    live.pause(why, epoch)

    def _ask_pruner(self, live: LiveTrial, step: int) -> None:
        if self._prunes and not live.is_safe and live.pruned_at is None and live.optuna.should_prune():
            live.prune(step)

    # --- ends -------------------------------------------------------------------------------------------------------

    def ended(self, live: LiveTrial, replicate: Replicate, end: TrialEnd, loss: Loss = Loss.WORKER) -> None:
        """Take the end of a run, or of an attempt at it; of a lost one, also what was lost."""
        replicate.is_out = False
        if end.end is End.LOST:
            end = self._after_loss(live, replicate, end, loss)
            self.packs.heard(self._identity(live, replicate), replicate.seconds - replicate.earlier_s)
        self.packs.ended(self._identity(live, replicate))
        if live.pruned_at is not None and not end.end.is_final:
            end = replace(end, end=End.PRUNED, reason=f"pruned at rung {live.pruned_at}; {end.reason}")
        if replicate.pause is not None and not end.end.is_final:
            end = replace(end, end=End.PAUSED, reason=replicate.pause)  # whatever became of its worker since
        if end.end is End.COMPLETED:
            end = replicate.completed(end, self._objectives)
        replicate.end = end
        live.save(replicate)
        if not end.end.is_final:
            self._again(live, replicate, end)
            return
        self._judge(live)
        if self._is_wilcoxon and live.report_final(replicate):
            self._ask_pruner(live, replicate.index)
        self._conclude(live)

    def stop(self, number: int, discarded: str | None) -> None:
        """Let a trial's runs rest that no executor has; or, for the reason ``discarded``, give them up for good."""
        waiting = self._paused.remove(number)
        live = self._live.get(number) or waiting
        if live is None:
            return
        self._live[number] = live
        if waiting is not None and discarded is None:
            return  # it rests as it is, and is not promoted under this driver
        self._ready.withdraw(live)
        end, reason = (End.STOPPED_BY_USER, STOPPED) if discarded is None else (End.PRUNED, discarded)
        for replicate in live.replicates:
            if not replicate.is_out and not replicate.is_over:
                self.ended(live, replicate, TrialEnd(end, reason, 0, replicate.epoch))

    def out(self, numbers: Collection[int]) -> frozenset[TrialIdentity]:
        """The runs of these trials that an executor has."""
        chosen = [self._live[number] for number in numbers if number in self._live]
        return frozenset(self._identity(live, each) for live in chosen for each in live.replicates if each.is_out)

    def newly_over(self) -> list[tuple[TrialIdentity, TrialEnd]]:
        """The runs of the trials that have been told since the last call, each with its end."""
        over, self._over = self._over, []
        return over

    def discard(self, reason: str) -> None:
        """Tell every trial as pruned."""
        for live in [*self._live.values(), *self._paused]:
            self._give_up(live, reason)
        self._ready.clear()

    def _again(self, live: LiveTrial, replicate: Replicate, end: TrialEnd) -> None:
        """Offer a run again whose worker went away, or let it wait; one that rests waits for the next driver."""
        if end.end is End.PAUSED and self._paused.pauses:
            self._paused.add(self._live.pop(live.number))
        if end.end in (End.LOST, End.PREEMPTED):
            replicate.attempt += 1
            self._ready.add(live, replicate)

    def _conclude(self, live: LiveTrial) -> None:
        """Prune the runs that need not start any more, then tell the trial where every run of it is over."""
        if live.pruned_at is not None:
            for replicate in self._ready.withdraw(live):
                reason = f"its trial was pruned at rung {live.pruned_at} before it could start"
                replicate.end = TrialEnd(End.PRUNED, reason, 0, replicate.epoch)
                live.save(replicate)
        if live.is_over:
            ends = [(each.end.end, each.values) for each in live.replicates if each.end is not None]
            what = told(ends, self._reader.space.plan.deaths)
            tell(self._study, live.optuna, what)
            self._has_completed = self._has_completed or what.state is TrialState.COMPLETE
            self._over += [(self._identity(live, each), each.end) for each in live.replicates if each.end is not None]
            self._told_epochs += sum(each.epoch for each in live.replicates)
            del self._live[live.number]

    # --- what was lost ----------------------------------------------------------------------------------------------

    def _adopt(self, live: LiveTrial) -> None:
        """Take over a trial that another driver left behind."""
        self._live[live.number] = live
        for replicate in live.replicates:
            self._adopt_replicate(live, replicate)
        self._catch_up(live)

    def _catch_up(self, live: LiveTrial) -> None:
        """Do what a driver died before that had kept an end: a database keeps that before what follows from it."""
        if live.number not in self._live:
            return
        for replicate in live.replicates if self._is_wilcoxon else ():
            live.report_final(replicate)
        if live.is_over:
            self._judge(live)
            self._conclude(live)

    def _adopt_replicate(self, live: LiveTrial, replicate: Replicate) -> None:
        try:
            if live.extension is not None and replicate.key not in live.optuna.user_attrs:
                self._begin_extension(live, live.extension, replicate)
            curve = recorded_curve(self._reader.storage, self._identity(live, replicate))
        except CorruptFileError as error:
            if not replicate.is_over:
                self.ended(live, replicate, TrialEnd(End.FAILED, str(error), 0, replicate.epoch))
            return
        recorded = take_over(replicate, curve, self._objectives)
        if replicate.is_over:
            return
        if replicate.end is None and (recorded is not None or has_begun(replicate, curve)):
            lost = TrialEnd(End.LOST, DRIVER_LOST, curve.steps, replicate.epoch)
            self.ended(live, replicate, lost, Loss.DRIVER)
            return
        if live.pruned_at is not None:
            self.ended(
                live, replicate, TrialEnd(End.PRUNED, f"pruned at rung {live.pruned_at}", curve.steps, replicate.epoch)
            )
            return
        self._judge(live)
        if replicate.end is not None and replicate.pause is not None and self._paused.pauses:
            replicate.end = replace(replicate.end, step=curve.steps)  # its worker may not have lived to say so
            self._again(live, replicate, replicate.end)
            return
        replicate.attempt += 1
        self._ready.add(live, replicate)

    def _begin_extension(self, live: LiveTrial, extension: Extension, replicate: Replicate) -> None:
        old = self._named(extension.of, replicate.index)
        replicate.attempt = take_over_record(self._reader.storage, old, self._identity(live, replicate))
        live.save(replicate)

    def _after_loss(self, live: LiveTrial, replicate: Replicate, end: TrialEnd, loss: Loss) -> TrialEnd:
        """The end that a lost run had recorded but not reported; or the loss, or failure once the bound is spent."""
        try:
            curve = recorded_curve(self._reader.storage, self._identity(live, replicate))
        except CorruptFileError as error:
            return TrialEnd(End.FAILED, str(error), end.step, replicate.epoch)
        recorded = take_over(replicate, curve, self._objectives)
        self._judge(live)
        if recorded is not None:
            return recorded
        if replicate.pause is not None:
            return TrialEnd(End.PAUSED, replicate.pause, curve.steps, replicate.epoch)  # it had nothing left to do
        if is_spent(replicate, loss, checkpoint_step=curve.checkpoint_step, now=self._clock()):
            reason = f"lost {LOSSES} times in a row without getting on, the last time because {end.reason}"
            return TrialEnd(End.FAILED, reason, curve.steps, replicate.epoch)
        return TrialEnd(End.LOST, end.reason, curve.steps, replicate.epoch)

    def _identity(self, live: LiveTrial, replicate: Replicate) -> TrialIdentity:
        return self._named(live.number, replicate.index)

    def _named(self, number: int, replicate: int) -> TrialIdentity:
        return TrialIdentity(self._reader.name, number, None if self._replicates == 1 else replicate)
