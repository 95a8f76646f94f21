"""Runs a study as a user does, kills its driver or a worker at random moments, and resumes it until it is finished.

What a study has come to is told by what lies in its folder, so nothing in the program knows that it is watched.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.drivers import Course, Drivers
from tests.faults.moments import ENDING, Moment
from tests.faults.processes import kill
from tests.faults.searches import Search
from tests.faults.study_folder import StudyFolder

POLL_S = 0.002
IN_PLACE_OF_MISSED = Moment("driver", "start-up", progress=1.0, delay_s=1.0)
"""A study that has finished can still be resumed, which does nothing but write its report anew, and be killed then."""


@dataclass(eq=False)
class Disturbed:
    """A study that is launched, killed and resumed.

    Args:
        search: what to launch.
        name: of the study.
        executor: where trials run.
        folder: for outputs of the drivers, and for the space's file.
        home: GANSEARCH_HOME.
        ray_folder: for Ray's own files; a short path.
        limit_s: seconds for all of it.
        say: told of each kill.
    """

    search: Search
    name: str
    executor: str
    folder: Path
    home: Path
    ray_folder: Path
    limit_s: float
    say: Callable[[str], None]
    course: Course = field(default_factory=Course)

    def run(self, moments: Sequence[Moment]) -> Course:
        """Launch, kill at every moment, resume; until the study is finished and no moment is left to come."""
        self._study = StudyFolder(self.name)
        self._deadline = time.monotonic() + self.limit_s
        self.folder.mkdir(parents=True, exist_ok=True)
        self._drivers = self._made_drivers()
        try:
            self._drivers.start()
            for moment in moments:
                self._kill_at(moment)
            while len(self.course.kills) < len(moments):
                self._kill_at(IN_PLACE_OF_MISSED)
            while not self._has_finished():
                self._drivers.start()
            self._drivers.look_for_leftovers()
        finally:
            self._drivers.end()
        return self.course

    def _made_drivers(self) -> Drivers:
        own = {"GANSEARCH_HOME": str(self.home), "RAY_TMPDIR": str(self.ray_folder), "OMP_NUM_THREADS": "1"}
        return Drivers(
            self._study,
            self.search.write(self.folder),
            ["--executor", self.executor],
            os.environ | own,
            self.folder,
            self.course,
            self.say,
        )

    def _has_finished(self) -> bool:
        return self._drivers.has_finished(self._deadline - time.monotonic())

    # --- moments ------------------------------------------------------------------------------------------------------

    def _kill_at(self, moment: Moment) -> None:
        """Wait for the moment and kill; one at start-up may come after the study has finished, others are missed."""
        while not self._wait_for(moment):
            if self._has_finished() and moment.phase != "start-up":
                self.course.missed.append(str(moment))
                return
            self._drivers.start()
        time.sleep(moment.delay_s)
        if moment.victim == "worker":
            self._kill_worker(moment)
        elif self._drivers.kill():
            self._killed(moment)
            self._drivers.start()
        else:
            self.course.missed.append(str(moment))

    def _kill_worker(self, moment: Moment) -> None:
        workers = self._drivers.families[-1].workers()
        if workers and kill(workers[int(1000 * moment.delay_s) % len(workers)]):
            self._killed(moment)
        else:
            self.course.missed.append(str(moment))

    def _killed(self, moment: Moment) -> None:
        self.course.kills.append(str(moment))
        self.say(f"{self.name}: killed the {moment}")

    def _wait_for(self, moment: Moment) -> bool:
        """Until the phase begins; False where the driver has ended before."""
        if moment.phase == "start-up":
            return self._drivers.is_running
        if moment.phase in ENDING:
            return self._wait_until(lambda: self._study.over(self.search.trials) >= self.search.trials, 0.2) and (
                moment.phase == "final evaluation" or self._wait_until(self._study.change_of("report"))
            )
        needed = moment.progress * self.search.evaluations
        if not self._wait_until(lambda: self._study.evaluations >= needed, 0.02):
            return False
        if moment.victim == "worker" and not self._wait_until(lambda: bool(self._drivers.families[-1].workers()), 0.1):
            return False
        changed = {"asking": "study.journal", "training": "records", "checkpointing": "checkpoints"}[moment.phase]
        return self._wait_until(self._study.change_of(changed))

    def _wait_until(self, holds: Callable[[], bool], poll_s: float = POLL_S) -> bool:
        while not holds():
            if not self._drivers.is_running:
                return False
            if time.monotonic() > self._deadline:
                raise TimeoutError(f"{self.name} has not come on within {self.limit_s:g} s")
            time.sleep(poll_s)
        return True
