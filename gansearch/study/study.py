"""A study under its driver: what to try next, and what became of it. All state is in the study's storage."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType

import optuna

from gansearch.errors import StudyError
from gansearch.records import Assignment, Decision, End, LaneReport, TrialEnd, TrialIdentity
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.study import opening
from gansearch.study.budget import SECONDS_PER_HOUR, spent
from gansearch.study.call_log import CallLog
from gansearch.study.changed_budget import CHANGES, budget_changes, check_left, further_changes, with_changes
from gansearch.study.lease import Lease, active_seconds
from gansearch.study.live_trials import LiveTrials
from gansearch.study.losses import Loss
from gansearch.study.pruners import build_pruner
from gansearch.study.ready import driver_clock
from gansearch.study.status import StudyStatus, TrialRow
from gansearch.study.study_reader import EXTRA_TRIALS, StudyReader
from gansearch.study.wishes import Wishes

DISCARDED = "discarded by the user"


class Study:
    """One study and its lease; for one thread. Made by ``create`` or ``open``, ended by ``close``."""

    def __init__(self, reader: StudyReader, lease: Lease, calls: CallLog, clock: Callable[[], float]) -> None:
        self._reader = reader
        self._lease = lease
        self._calls = calls
        self._earlier_s = active_seconds(reader.attributes)
        self._is_discarded = False
        plan, fixed = reader.space.plan, reader.space.fixed
        pruner = build_pruner(
            plan.pruner,
            first_rung=int(fixed.get("training.evaluate_every") or 1),
            epochs=int(fixed.get("training.epochs") or 1),
        )
        study = optuna.load_study(study_name=reader.name, storage=reader.database.optuna, pruner=pruner)
        with reader.database.group():
            self._wishes = Wishes(reader.database.optuna, reader.study_id)
            self._calls.opened(len(reader.frozen()))
            self._trials = LiveTrials(study, reader, clock=clock)

    @classmethod
    def create(
        cls,
        space: SearchSpace,
        *,
        name: str,
        storage: Storage,
        seed: int,
        plugins: Sequence[Path] = (),
        database_url: str | None = None,
    ) -> Study:
        """Make a study and drive it.

        Args:
            space: what to search; kept in the study.
            name: of the study.
            storage: the study's own folder.
            seed: from which every random choice follows.
            plugins: plug-in files that the space needs; copies are kept in the folder.
            database_url: of Optuna's database; None takes ``$GANSEARCH_DATABASE``, or else a journal in the folder.

        Raises:
            StudyExistsError: where the name is taken.
            StudyError: where the name cannot be used.
            StorageError: where the folder or the database cannot be written.
        """
        made = opening.create(space, name, storage, seed=seed, plugins=plugins, url=database_url)
        return cls.driven(*made, CallLog(storage))

    @classmethod
    def open(cls, name: str, storage: Storage, *, database_url: str | None = None) -> Study:
        """Drive a study on: what an earlier driver left behind comes first. A wish to stop is forgotten.

        Args:
            name: of the study.
            storage: the study's own folder.
            database_url: where the one that is kept lacks a password.

        Raises:
            StudyNotFoundError: where there is none.
            StudyLockedError: where another drives it.
        """
        return cls.driven(*opening.open_driven(name, storage, database_url), CallLog(storage))

    @classmethod
    def driven(
        cls, reader: StudyReader, lease: Lease, calls: CallLog, clock: Callable[[], float] = driver_clock
    ) -> Study:
        """The study of an open database, which is closed again where that fails; ``clock`` counts seconds."""
        try:
            return cls(reader, lease, calls, clock)
        except BaseException:
            lease.release()
            reader.close()
            raise

    @staticmethod
    def check_free(name: str, storage: Storage) -> None:
        """Whether a study can be made under this name.

        Raises:
            StudyExistsError: where there is one.
        """
        opening.check_free(name, storage)

    def __enter__(self) -> Study:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- driving ----------------------------------------------------------------------------------------------------

    def ask(self) -> Assignment | None:
        """The next run to start; None where nothing is to be started, now or any more.

        Raises:
            StudyLockedError: where another driver has taken the study over.
        """
        self._lease.check()
        if self.stop_requested or self.budget_spent is not None:
            return None
        with self._reader.database.group():
            given = self._trials.next()
            is_given_up = given is None and self._trials.give_up_paused()
        if given is not None:
            self._calls.asked(given)
        elif is_given_up:
            self._calls.add("give_up")
        return given

    def packed(self, assignments: Collection[Assignment]) -> None:
        """These runs are trained as one pack, and use its resources once; where one is at work, the others join it."""
        self._trials.packs.together([each.identity for each in assignments])

    def report(self, report: LaneReport) -> Decision:
        """Take what a run reports, and decide whether it goes on.

        Pruning and pausing are decided from stored values alone. A report of a run that has ended or been
        replaced is passed over, with the answer PRUNE: nothing more is wanted of it.

        Raises:
            StudyLockedError: where another driver has taken the study over.
            StudyError: where the objective has not been measured.
        """
        self._lease.check()
        found = self._trials.find(report.identity, report.attempt)
        if found is None:
            return Decision.PRUNE
        live, replicate = found
        self._trials.trained(live, replicate, epoch=report.epoch, seconds=report.seconds)
        with self._reader.database.group():
            replicate.is_spared = report.is_spared
            if report.evaluation is not None:
                self._trials.evaluated(live, replicate, report.evaluation)
            if report.end is not None:
                end = report.end
                if not end.end.is_final and self._is_discarding:
                    end = replace(end, end=End.PRUNED)
                if end.end is End.PRUNED and (self._is_discarding or live.number in self._wishes.discarded):
                    end = replace(end, reason=DISCARDED)
                report = replace(report, end=end)
                self._trials.ended(live, replicate, end)
            self._keep_pack_time(at_once=report.end is not None)
        is_pruned = report.end is None and live.pruned_at is not None
        is_paused = report.end is None and replicate.pause is not None
        self._calls.reported(report, self.space.plan.objectives, pruned=is_pruned, paused=is_paused)
        if report.end is not None:
            return Decision.CONTINUE
        if is_pruned:
            return Decision.PRUNE
        if is_paused:
            return Decision.PAUSE
        return Decision.STOP if self.stop_requested or self.budget_spent is not None else Decision.CONTINUE

    def lost(self, identity: TrialIdentity, attempt: int, reason: str, *, is_storage: bool = False) -> None:
        """A worker died under a run, or could not write its records; it is offered again, as the next attempt.

        Args:
            identity: the run.
            attempt: which was lost; of one that has been replaced nothing more is wanted.
            reason: a sentence fragment.
            is_storage: whether records could not be written, which says nothing about the run's configuration.

        Raises:
            StudyLockedError: where another driver has taken the study over.
        """
        self._lease.check()
        found = self._trials.find(identity, attempt)
        if found is None:
            return
        self._calls.lost(identity, attempt, reason, is_storage=is_storage, objectives=self.space.plan.objectives)
        with self._reader.database.group():
            end = TrialEnd(End.LOST, reason, 0, found[1].epoch)
            self._trials.ended(*found, end, Loss.STORAGE if is_storage else Loss.WORKER)
            self._keep_pack_time(at_once=True)

    def newly_over(self) -> list[tuple[TrialIdentity, TrialEnd]]:
        """The runs of the trials that are over since the last call, each with its end.

        Some were never reported as such: their worker or an earlier driver was lost, or what they reported as a rest
        counts as an end.
        """
        return self._trials.newly_over()

    @property
    def stop_requested(self) -> bool:
        """Whether the user has asked this study to stop; looked up at most once a second."""
        self._look()
        return self._wishes.stop is not None

    def stopped(self) -> tuple[frozenset[TrialIdentity], frozenset[TrialIdentity]]:
        """The runs in the hands of the executor that the user wants to rest, and those to be given up for good."""
        self._look()
        return self._trials.out(self._wishes.resting), self._trials.out(self._wishes.discarded)

    def _look(self) -> None:
        self._keep_pack_time()
        for number in self._wishes.look():
            with self._reader.database.group():
                self.stop_trial(number, DISCARDED if number in self._wishes.discarded else None)

    def stop_trial(self, number: int, discarded: str | None) -> None:
        """Let a trial's runs rest that no executor has; or give them up for good, for the reason ``discarded``."""
        self._trials.stop(number, discarded)
        self._calls.add("stop", number=number, discarded=discarded)

    @property
    def budget_spent(self) -> str | None:
        """Why running trials must rest now (hours, GPU-hours, money or epochs are spent), or None."""
        space = self._reader.space
        return spent(
            space.budget,
            hours=(self._earlier_s + self._lease.active_s) / SECONDS_PER_HOUR,
            gpu_hours=space.resources.gpu * self._trials.packs.seconds / SECONDS_PER_HOUR,
            epochs=self._trials.epochs,
        )

    @property
    def due_in_s(self) -> float | None:
        """Seconds until ``ask`` has a run again that waits after a loss; None where none waits."""
        return self._trials.due_in_s

    @property
    def runs_left(self) -> int | None:
        """Runs that no executor has been given yet; None where the plan has no number of trials."""
        left = self._reader.runs_not_begun
        if left is None:
            return None
        return self._trials.waiting + (0 if self._trials.is_single else left)

    def extend_trial(self, number: int, epochs: str) -> int:
        """Go on with a trial that has ended, as a new trial from its checkpoint; nothing else is run from now on.

        Args:
            number: of the trial.
            epochs: of the new one: ``10x`` the old one's, ``+20`` to them, or ``60`` in all.

        Returns:
            The new trial's number.

        Raises:
            StudyError: where the trial has not ended or has no checkpoint, or the epochs are none, or not above those
                that it was trained for.
        """
        self._calls.add("other", what=f"trial {number} was extended")
        with self._reader.database.group():
            return self._trials.extend(number, epochs)

    def extend(self, *, trials: int = 0, budget: Mapping[str, str] | None = None) -> None:
        """Add trials to the plan, and change the budget; both are kept in the study, or none where one is refused.

        Args:
            trials: more than planned so far.
            budget: by key: ``N`` sets a bound, ``+N`` adds to it, ``null`` lifts it.

        Raises:
            SpaceError: where the budget has no such bound, or it breaks what holds for a space's.
            StudyError: where the plan has no number of trials to add to, the budget lets none of them begin, there is
                no bound to add to, or one is spent.
        """
        space, changes = self._reader.space, None
        if budget:
            before = budget_changes(self._reader.attributes)
            changes = further_changes(space, before, budget)
            self._reader.space = with_changes(space, changes)
        try:
            if budget and changes is not None:
                attributes = {**self._reader.attributes, CHANGES: changes}
                check_left(self.name, self._reader.bounds(attributes, self.trials()), budget)
            if trials:
                self._add_trials(trials)
        except StudyError:
            self._reader.space = space
            raise
        if changes is not None:
            self._reader.database.optuna.set_study_user_attr(self._reader.study_id, CHANGES, changes)

    def _add_trials(self, trials: int) -> None:
        if trials < 0:
            raise StudyError(f"the trials to add must be at least 0; got {trials}")
        if self._reader.grid_size is not None or self.space.plan.trials is None:
            raise StudyError(f"the plan of {self.name!r} has no number of trials to which {trials} could be added")
        if not self._reader.can_extend:
            raise StudyError(
                f"the trials of {self.name!r} must be at most budget.trials, {self.space.budget.trials}, and so many "
                f"are planned; got {trials} more"
            )
        attributes = self._reader.attributes
        total = int(attributes.get(EXTRA_TRIALS, 0)) + trials
        self._reader.database.optuna.set_study_user_attr(self._reader.study_id, EXTRA_TRIALS, total)
        self._calls.add("extend", trials=trials)

    def discard(self, number: int | None = None) -> None:
        """Prune the trial of this number; or every trial that has not ended, now and when the study is closed."""
        with self._reader.database.group():
            if number is None:
                self._is_discarded = True
                self._trials.discard(DISCARDED)
                self._calls.add("discard")
            else:
                self.stop_trial(number, DISCARDED)

    def close(self) -> None:
        """Give the study free. What has not ended stays as it is, to be resumed; a second call does nothing."""
        if self._reader.is_closed:
            return
        try:
            if self._is_discarding:
                self.discard()
            self._keep_pack_time(at_once=True)
            self._calls.close()
            self._lease.release()
        finally:
            self._reader.close()

    def _keep_pack_time(self, *, at_once: bool = False) -> None:
        if self._reader.space.resources.gpu:  # without GPUs nobody asks
            self._trials.packs.keep(at_once=at_once)

    @property
    def _is_discarding(self) -> bool:
        return self._is_discarded or (self._wishes.stop is not None and self._wishes.stop["discard"])

    # --- reading ----------------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """Of the study."""
        return self._reader.name

    @property
    def id(self) -> str:
        """Tells the study from an earlier one of the same name."""
        return self._reader.metadata.id

    @property
    def seed(self) -> int:
        """From which every random choice follows."""
        return self._reader.seed

    @property
    def space(self) -> SearchSpace:
        """The search space as it was when the study was made, with the budget that holds now."""
        return self._reader.space

    @property
    def storage(self) -> Storage:
        """The study's folder."""
        return self._reader.storage

    def status(self) -> StudyStatus:
        """The study at this moment."""
        return self._reader.status()

    def trials(self) -> list[TrialRow]:
        """A row per run, in the order of trials and replicates."""
        return self._reader.trials()

    def best_assignments(self, count: int) -> list[Assignment]:
        """The completed runs of the trials with the best first objective, the best first."""
        return self._reader.best_assignments(count)
