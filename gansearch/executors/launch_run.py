"""Drives an open study to its end, and hands what came of it to the report and to MLflow."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Literal, TypeAlias

from gansearch.errors import StorageError
from gansearch.executors._base import Executor
from gansearch.executors.driver import Driver
from gansearch.executors.end_clearing import clear_at_end
from gansearch.executors.end_compaction import compact_at_end
from gansearch.executors.end_measuring import best_runs, unmeasured_runs
from gansearch.executors.feed import TrackingFeed
from gansearch.executors.hand_over import TrackingOutcome, hand_over, track_command
from gansearch.executors.lane_choice import LaneChoice, choose_lanes
from gansearch.executors.local import LocalExecutor
from gansearch.executors.noise_measuring import keep_noise_floor
from gansearch.executors.notify import Notifier
from gansearch.executors.study_source import StudySource
from gansearch.executors.webhook import webhook
from gansearch.study import Study, StudyStatus
from gansearch.study.launches import close_left_launches, record_launch, update_launch
from gansearch.tracking import Experiment, MlflowTracker, default_uri
from gansearch.tracking.silence import import_mlflow
from gansearch.trial import provenance
from gansearch.trial.context import TrialContext
from gansearch.trial.interrupt import Interrupt, interruptible

if TYPE_CHECKING:
    from gansearch.reporting import ReportFiles

Outcome: TypeAlias = Literal["finished", "interrupted", "stopped"]
Watch: TypeAlias = Callable[[StudyStatus], None]
Say: TypeAlias = Callable[[str], None]

HAND_OVER_S = 60.0
"""Seconds that the end of a launch waits for the tracking server."""

HAND_OVER_AFTER_FAILURE_S = 5.0


@dataclass(frozen=True)
class LaunchOptions:
    """How to run, as opposed to what."""

    name: str | None = None
    """Of the study; None takes the space's."""
    executor: Literal["ray_tune", "local"] = "ray_tune"
    tracking_uri: str | None = None
    """Of MLflow; None takes SQLite in GANSEARCH_HOME."""
    data_dir: Path | None = None
    """The folder that holds one folder per data set."""
    plugins: tuple[Path, ...] = ()
    address: str | None = None
    """Of a running Ray cluster."""
    seed: int | None = None
    """None takes the plan's."""
    notify: str | None = field(default=None, repr=False)
    """Of a webhook, a secret; None takes ``$GANSEARCH_NOTIFY``."""


@dataclass(frozen=True)
class LaunchResult:
    """What a launch came to."""

    name: str
    status: StudyStatus
    outcome: Outcome
    report: ReportFiles | None
    """None where the study has not finished."""
    tracking: TrackingOutcome
    """What tracking cost, and what MLflow may lack."""


@dataclass(frozen=True, eq=False)
class LaunchRun:
    """One launch of a study."""

    study: Study
    context: TrialContext
    options: LaunchOptions
    watch: Watch | None
    say: Say

    def run(self) -> LaunchResult:
        """Run it, and tell the user's webhook how it ends."""
        with Notifier(webhook(self.options.notify), self.study.name, self.say) as notifier:
            result = self._run(notifier)
            notifier.ended(result.outcome, result.status)
        return result

    def _run(self, notifier: Notifier) -> LaunchResult:
        """Run it, report, and give MLflow what is still on its way there; also where it fails."""
        source = StudySource(
            self.study.storage, self.study.space, self.study.seed, self.study.trials(), self.study.name
        )
        launch = self._record()
        executor = self._executor()  # imports Ray; the tracker's thread, which imports MLflow, would hold that up
        tracker = self._tracker(source)
        report: ReportFiles | None = None
        outcome: Outcome | None = None
        try:
            outcome = self._trials(executor, TrackingFeed(tracker, source), launch, notifier)
            if outcome != "interrupted":  # whoever pressed Ctrl-C waits
                compact_at_end(self.study.storage, self.study.trials(), self.say)
            if outcome == "finished":
                from gansearch.reporting import write_report

                report = write_report(self.study.name, self.study.storage, tracking_uri=tracker.uri)
        finally:
            tracked = hand_over(
                tracker,
                self.study.storage,
                launch,
                outcome or "failed",
                self.say,
                command=track_command(self.study.name, self.options.tracking_uri),
                within_s=HAND_OVER_S if outcome else HAND_OVER_AFTER_FAILURE_S,
            )
        if outcome == "finished":
            clear_at_end(self.study, self.say, is_tracked=not tracked.lacking)
        return LaunchResult(self.study.name, self.study.status(), outcome, report, tracked)

    def _record(self) -> int:
        """Keep what is known of the launch as it begins; those whose driver died before are over now."""
        close_left_launches(self.study.storage)
        about = {
            "started": time.time(),
            "executor": self.options.executor,
            "versions": provenance.versions(),
            "commit": provenance.commit(),
            "lanes": None,
            "lane_table": None,
        }
        return record_launch(self.study.storage, about)

    def _tracker(self, source: StudySource) -> MlflowTracker:
        """The tracker of this launch; what an earlier driver left undone is caught up with in the background."""
        uri = self.options.tracking_uri or default_uri()
        experiment = Experiment(uri, self.study.name, study_id=self.study.id)
        tracker = MlflowTracker(experiment, source, say=self.say)
        with tracker.counted():
            tracker.launch_changed()
            tracker.trials_behind(source.trials)
        return tracker

    def _trials(self, opening: Executor, feed: TrackingFeed, launch: int, notifier: Notifier) -> Outcome:
        """Run trials until there are none, or the user ends it; then measure the best by the protocol of the end."""
        study = self.study
        # The executor first: Ray puts a handler of its own on SIGTERM when it starts.
        with opening as executor, interruptible(self._tell_how_to_resume) as interrupt:
            executor.check(self.context)
            choice = self._lanes(executor, interrupt, launch)
            workers = executor.workers() if choice.is_bounded else None
            watch = notifier.watching(self.watch)
            driver = Driver(study, feed, interrupt, lanes=choice.lanes, workers=workers, watch=watch, say=self.say)
            keep_noise_floor(study, self.context, "rung", self.say)
            executor.run(driver, self.context)
            if driver.storage_failure is not None:
                how = f"what has not ended rests, and goes on with: gansearch resume {study.name}"
                raise StorageError(f"{driver.storage_failure}; {how}")
            if (early := self._asked_to_end(interrupt)) is not None:
                return early
            if study.budget_spent is not None:
                self.say(f"the budget ends the search: {study.budget_spent}; what has not ended rests")
            Thread(target=import_report, name="gansearch report").start()
            left, best = unmeasured_runs(study), best_runs(study)
            executor.finalise(left, self.context, lambda: self._asked_to_end(interrupt) is not None, self.say)
            for assignment in best:
                feed.update(assignment.identity)
            if (early := self._asked_to_end(interrupt)) is not None:
                return early
            if best or (self.context.final_evaluation and study.best_assignments(1)):
                keep_noise_floor(study, self.context, "end", self.say)
        return "finished"

    def _asked_to_end(self, interrupt: Interrupt) -> Outcome | None:
        if interrupt.asked:
            return "interrupted"
        return "stopped" if self.study.stop_requested else None

    def _lanes(self, executor: Executor, interrupt: Interrupt, launch: int) -> LaneChoice:
        """The lanes of a pack: told to the user where it had to be found out, and kept with the launch."""
        choice = choose_lanes(self.study, executor, self.context, interrupt)
        table = choice.table
        if table is not None:
            self.say(table.text)
        found = {"lanes": choice.lanes, "lane_table": None if table is None else table.plain()}
        update_launch(self.study.storage, launch, found)
        return choice

    def _executor(self) -> Executor:
        if self.options.executor == "local":
            return LocalExecutor()
        from gansearch.executors.ray_tune import RayTuneExecutor

        return RayTuneExecutor(self.study.space.resources, self.options.address)

    def _tell_how_to_resume(self) -> None:
        self.say(f"stopping: trials write their checkpoints; continue later with: gansearch resume {self.study.name}")


def import_report() -> None:
    """Import what writes reports, which takes longer than all else that a launch imports: workers measure meanwhile.

    MLflow comes first, and whole: its own thread may still be importing what both need.
    """
    import_mlflow()
    import gansearch.reporting.report  # noqa: F401
