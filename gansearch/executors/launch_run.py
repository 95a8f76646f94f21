"""Drives an open study to its end, and hands what came of it to the report and to MLflow."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from gansearch.executors._base import Executor
from gansearch.executors.driver import Driver
from gansearch.executors.feed import TrackingFeed
from gansearch.executors.hand_over import hand_over
from gansearch.executors.lane_choice import LaneChoice, choose_lanes
from gansearch.executors.local import LocalExecutor
from gansearch.reporting import ReportFiles, write_report
from gansearch.study import Study, StudyStatus
from gansearch.study.launches import record_launch
from gansearch.tracking import MlflowTracker, default_uri
from gansearch.trial import provenance
from gansearch.trial.context import TrialContext
from gansearch.trial.interrupt import Interrupt, interruptible

Outcome: TypeAlias = Literal["finished", "interrupted", "stopped"]
Watch: TypeAlias = Callable[[StudyStatus], None]
Say: TypeAlias = Callable[[str], None]

BEST = 3
"""Trials of a search that are measured by the protocol of the end."""

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


@dataclass(frozen=True)
class LaunchResult:
    """What a launch came to."""

    name: str
    status: StudyStatus
    outcome: Outcome
    report: ReportFiles | None
    """None where the study has not finished."""


@dataclass(frozen=True, eq=False)
class LaunchRun:
    """One launch of a study."""

    study: Study
    context: TrialContext
    options: LaunchOptions
    watch: Watch | None
    say: Say

    def run(self) -> LaunchResult:
        """Run it, report, and give MLflow what is still on its way there; also where it fails."""
        tracker = MlflowTracker(self.options.tracking_uri or default_uri(), self.study.name, study_id=self.study.id)
        about = {"space": self.study.space.source, "versions": provenance.versions(), "commit": provenance.commit()}
        tracker.launch_started(about)
        report: ReportFiles | None = None
        outcome: Outcome | None = None
        try:
            outcome = self._trials(tracker)
            if outcome == "finished":
                report = write_report(self.study.name, self.study.storage, tracking_uri=tracker.uri)
        finally:
            within_s = HAND_OVER_S if outcome else HAND_OVER_AFTER_FAILURE_S
            hand_over(tracker, report, outcome or "failed", self.say, within_s=within_s)
        return LaunchResult(self.study.name, self.study.status(), outcome, report)

    def _trials(self, tracker: MlflowTracker) -> Outcome:
        """Run trials until there are none, or the user ends it; then measure the best by the protocol of the end."""
        study = self.study
        feed = TrackingFeed(study.storage, tracker)
        # The executor first: Ray puts a handler of its own on SIGTERM when it starts.
        with self._executor() as executor, interruptible(self._tell_how_to_resume) as interrupt:
            choice = self._lanes(executor, interrupt)
            workers = executor.workers() if choice.is_bounded else None
            driver = Driver(study, feed, interrupt, lanes=choice.lanes, workers=workers, watch=self.watch)
            executor.run(driver, self.context)
            if interrupt.asked:
                return "interrupted"
            if study.stop_requested:
                return "stopped"
            if study.budget_spent is not None:
                self.say(f"the plan's budget ends the search: {study.budget_spent}; what has not ended rests")
            best = study.best_assignments(BEST * study.space.plan.replicates)
            executor.finalise(best, self.context)
        for assignment in best:
            feed.update(assignment.identity)
        return "finished"

    def _lanes(self, executor: Executor, interrupt: Interrupt) -> LaneChoice:
        """The lanes of a pack: told to the user where it had to be found out, and kept with the launch."""
        choice = choose_lanes(self.study, executor, self.context, interrupt)
        if choice.table is not None:
            self.say(choice.table.text)
        record_launch(
            self.study.storage,
            {
                "started": time.time(),
                "executor": self.options.executor,
                "versions": provenance.versions(),
                "commit": provenance.commit(),
                "lanes": choice.lanes,
                "lane_table": None if choice.table is None else choice.table.plain(),
            },
        )
        return choice

    def _executor(self) -> Executor:
        if self.options.executor == "local":
            return LocalExecutor()
        from gansearch.executors.ray_tune import RayTuneExecutor

        return RayTuneExecutor(self.study.space.resources, self.options.address)

    def _tell_how_to_resume(self) -> None:
        self.say(f"stopping: trials write their checkpoints; continue later with: gansearch resume {self.study.name}")
