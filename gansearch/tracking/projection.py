"""Pulls what has changed out of a study's records and writes it run by run. For one thread."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

from gansearch.errors import CorruptFileError
from gansearch.records import TrialIdentity
from gansearch.tracking.experiment import Experiment
from gansearch.tracking.launch_projection import launch_digest, launch_key, launch_of, pending_launch
from gansearch.tracking.pending import PendingRun
from gansearch.tracking.run_index import PROJECTION, KnownRun
from gansearch.tracking.run_writer import Mark, RunWriter, Written
from gansearch.tracking.source import LaunchAbout, Recorded, Source, TrialAbout
from gansearch.tracking.store import Store
from gansearch.tracking.study_note import study_note
from gansearch.tracking.trial_projection import TrialProjection, end_digest
from gansearch.tracking.trouble import Trouble

REFUSED = frozenset({"INVALID_PARAMETER_VALUE", "RESOURCE_ALREADY_EXISTS"})
"""Answers of MLflow that trying again does not change."""
GONE = "RESOURCE_DOES_NOT_EXIST"


class RunGoneError(Exception):
    """MLflow has a run no more: its store was deleted, or somebody has deleted the run."""


@dataclass(eq=False)
class _Progress:
    """How far one trial's run has come in this process."""

    trial: TrialProjection
    cursor: int = 0
    """Behind what has been read of its records."""
    run_id: str | None = None
    marked: str | None = None
    """The run's tag of what is written, as it was set last."""


@dataclass(frozen=True, eq=False)
class _Whole:
    """A run that has everything, as its tags say it."""

    run_id: str
    written: str | None
    end: str | None


@dataclass(eq=False)
class _Due:
    """Trials to look at, those that have just changed first."""

    changed: dict[TrialIdentity, None] = field(default_factory=dict)
    behind: dict[TrialIdentity, None] = field(default_factory=dict)

    def first(self) -> TrialIdentity | None:
        return next(iter(self.changed or self.behind), None)

    def done(self, identity: TrialIdentity) -> None:
        self.changed.pop(identity, None)
        self.behind.pop(identity, None)

    def put_last(self, identity: TrialIdentity) -> None:
        self.done(identity)
        self.behind[identity] = None

    def all(self) -> list[TrialIdentity]:
        return list(dict.fromkeys([*self.changed, *self.behind]))  # other threads may ask


class Projection:
    """The runs of one study and what they still have to be told.

    Args:
        experiment: into which; its store is opened when something is to be written.
        source: what is projected.
        trouble: told of what goes wrong.
    """

    def __init__(self, experiment: Experiment, source: Source, trouble: Trouble) -> None:
        self.tally = Written()
        self._source = source
        self._store = Store(experiment.uri, partial(RunWriter, experiment, source, self.tally))
        self._trouble = trouble
        self._due = _Due()
        self._progress: dict[TrialIdentity, _Progress] = {}
        self._whole: dict[TrialIdentity, _Whole] = {}
        self._launches: list[LaunchAbout] | None = None
        self.are_launches_due = True
        self.writer: RunWriter | None = None

    def changed(self, trials: Iterable[TrialIdentity]) -> None:
        """These trials have something new."""
        self._due.changed.update(dict.fromkeys(trials))

    def behind(self, trials: Iterable[TrialIdentity]) -> None:
        """These trials may have something that MLflow lacks; they wait until none has just changed."""
        self._due.behind.update(dict.fromkeys(trials))

    def launches_changed(self) -> None:
        """A launch has begun, or something is known of one that was not."""
        self._launches, self.are_launches_due = None, True

    def lacking(self) -> list[TrialIdentity]:
        """The trials whose runs may lack something."""
        return self._due.all()

    @property
    def is_done(self) -> bool:
        """Whether everything that was told of is written."""
        return not self.are_launches_due and self._due.first() is None

    # --- writing ----------------------------------------------------------------------------------------------------

    def write(self, deadline: float = float("inf")) -> bool:
        """Write what is due, run by run; whether all of it went well.

        Args:
            deadline: moment of ``time.monotonic`` after which no further run is begun.
        """
        identity: TrialIdentity | None = None
        try:
            if self._store.is_replaced():
                self.writer = None
            if self.writer is None:
                self.open()
            if self.are_launches_due:
                self._write_launches()
            while (identity := self._due.first()) is not None and time.monotonic() < deadline:
                self._write_trial(identity)
                self._due.done(identity)
        except Exception as error:  # noqa: BLE001 - clients, storages and artifact stores raise what they like
            # Whatever it was, the store may be another one afterwards: it is opened anew, and its runs are looked at.
            self.writer = None
            if identity is not None:
                self._due.put_last(identity)
            self._trouble.failed(error)
            return False
        self._trouble.went_well()
        return self.is_done

    def look_again(self, deadline: float = float("inf")) -> bool:
        """Compare what MLflow has with what was written, and write what it lacks; whether it has everything.

        Its store may have been deleted since the last writing, without anybody having been told.
        """
        self.writer = None
        return self.write(deadline)

    def drop_all(self) -> None:
        """Delete every run of the study in MLflow.

        Raises:
            MlflowException: where MLflow does not answer.
        """
        assert self.writer is not None, "opened first"
        self.writer.drop_all()
        self._progress.clear()
        self._whole.clear()
        self.launches_changed()

    def open(self) -> None:
        """Open the store, and note whose runs it has lost, or has in an earlier state.

        Raises:
            DamagedStoreError: where its file is damaged.
            MlflowException: where it does not answer; clients and databases may raise other errors too.
        """
        writer = self._store.open()
        for identity, whole in list(self._whole.items()):
            run = writer.runs.get(str(identity))
            if run is None or (run.run_id, run.written, run.end) != (whole.run_id, whole.written, whole.end):
                self._whole.pop(identity)
                self.behind([identity])
        for identity, progress in list(self._progress.items()):
            run = writer.runs.get(str(identity))
            shown = None if run is None else (run.run_id, run.written)
            if progress.run_id is not None and shown != (progress.run_id, progress.marked):
                self._progress.pop(identity)
                self.behind([identity])
        self.launches_changed()
        self.writer = writer

    # --- launches ---------------------------------------------------------------------------------------------------

    def _write_launches(self) -> None:
        assert self.writer is not None
        if self._launches is None:
            self._launches = list(self._source.launches())
        for launch in self._launches:
            self._write_launch(launch)
        if self._launches:
            self.writer.describe(study_note(self._source.study()))
        self.are_launches_due = False

    def _write_launch(self, launch: LaunchAbout) -> None:
        assert self.writer is not None
        run = self.writer.runs.get(launch_key(launch.number))
        if run is not None and not launch.is_told:
            return
        report = self._source.report() if launch.has_report else {}
        digest = launch_digest(launch, report)
        if run is None:
            run = self.writer.create(launch_key(launch.number), launch.started_s, None)
        if run.written != digest:
            self._deliver(run, pending_launch(launch, report), Mark(digest))

    def _parent(self, began_s: float) -> KnownRun | None:
        assert self.writer is not None
        launch = launch_of(self._launches or [], began_s)
        return None if launch is None else self.writer.runs.get(launch_key(launch.number))

    # --- trials -----------------------------------------------------------------------------------------------------

    def _write_trial(self, identity: TrialIdentity) -> None:
        """Bring one run up to date: what an earlier try left first, then what has been recorded since."""
        assert self.writer is not None
        about = self._source.trial(identity)
        run = self.writer.runs.get(str(identity))
        if about is None or (run is not None and self._is_whole(identity, about, run)):
            return
        progress = self._progress.setdefault(identity, _Progress(TrialProjection(identity, about, self._source)))
        if progress.run_id is not None:
            self._write_portion(identity, progress)
        records, cursor = self._records(identity, progress.cursor)
        try:
            progress.trial.take(records)
        except CorruptFileError:
            self._progress.pop(identity, None)  # it has taken some of them
            raise
        progress.trial.settle(about)
        progress.cursor = cursor
        if progress.trial.started_s is not None:
            self._write_portion(identity, progress)

    def _write_portion(self, identity: TrialIdentity, progress: _Progress) -> None:
        assert self.writer is not None
        trial, began_s = progress.trial, progress.trial.started_s
        assert began_s is not None
        run = self.writer.runs.get(str(identity))
        if run is None:
            run = self.writer.create(str(identity), began_s, self._parent(began_s))
        progress.run_id, progress.marked = run.run_id, run.written
        self._deliver(run, trial.pending, Mark(str(progress.cursor), end_digest(trial.end)))
        progress.marked = run.written
        if trial.end is not None and trial.end.end.is_final:
            self._whole[identity] = _Whole(run.run_id, run.written, run.end)
            self._progress.pop(identity, None)

    def _is_whole(self, identity: TrialIdentity, about: TrialAbout, run: KnownRun) -> bool:
        """Whether a run has everything already, so that its records need not be read again."""
        if identity in self._progress or run.written is None or run.version != PROJECTION:
            return False
        records, _ = self._records(identity, int(run.written))
        if records or (about.end is not None and end_digest(about.end) != run.end):
            return False
        self._whole[identity] = _Whole(run.run_id, run.written, run.end)
        return True

    def _records(self, identity: TrialIdentity, cursor: int) -> tuple[list[Recorded], int]:
        """What was recorded since ``cursor``; nothing more of a damaged record, whose end the study tells."""
        try:
            records, cursor = self._source.records(identity, cursor)
        except CorruptFileError:
            return [], cursor
        return list(records), cursor

    def _deliver(self, run: KnownRun, pending: PendingRun, mark: Mark) -> None:
        """Write what is pending, and that it was; drop what MLflow refuses for good.

        Raises:
            RunGoneError: where the run is there no more.
        """
        from mlflow.exceptions import MlflowException

        assert self.writer is not None
        while True:
            try:
                self.writer.write(run, pending, mark)
                return
            except MlflowException as error:
                if error.error_code == GONE:
                    raise RunGoneError(f"run {run.run_id} is there no more") from error
                if error.error_code not in REFUSED:
                    raise
                if self.writer.is_gone(run):
                    raise RunGoneError(f"run {run.run_id} has been deleted") from error
                dropped = pending.drop_first()
                if dropped == 0:  # it was not for anything that is pending
                    raise
                self._trouble.refused(dropped, error)
