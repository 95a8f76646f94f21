"""Runs a study as a user does, kills its driver or a worker at random moments, and resumes it until it is finished.

What a study has come to is told by what lies in its folder, so nothing in the program knows that it is watched.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.moments import ENDING, Moment
from tests.faults.processes import Family, kill
from tests.faults.searches import Search
from tests.faults.study_folder import StudyFolder

POLL_S = 0.002
OVERLOADED = ("timed out during startup",)
"""What Ray says where it does not come up within its 30 seconds: the machine is busy, and nothing was begun."""
MOST_LAUNCHES = 50
IN_PLACE_OF_MISSED = Moment("driver", "start-up", progress=1.0, delay_s=1.0)
"""A study that has finished can still be resumed, which does nothing but write its report anew, and be killed then."""


@dataclass
class Course:
    """What became of a disturbed study."""

    kills: list[str] = field(default_factory=list)
    """In words, in their order."""
    missed: list[str] = field(default_factory=list)
    """Moments that did not come before the study had finished."""
    launches: int = 0
    problems: list[str] = field(default_factory=list)
    """Drivers that ended otherwise than finished or killed, and processes that stayed behind."""


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
    _families: list[Family] = field(default_factory=list)
    _driver: subprocess.Popen[bytes] | None = None

    def run(self, moments: Sequence[Moment]) -> Course:
        """Launch, kill at every moment, resume; until the study is finished and no moment is left to come."""
        self._study = StudyFolder(self.name, self.home / "studies" / self.name)
        self._deadline = time.monotonic() + self.limit_s
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self._start()
            for moment in moments:
                self._kill_at(moment)
            while len(self.course.kills) < len(moments):
                self._kill_at(IN_PLACE_OF_MISSED)
            while not self._has_finished():
                self._start()
            self._look_for_leftovers()
        finally:
            for family in self._families:
                family.end()
        return self.course

    # --- drivers ------------------------------------------------------------------------------------------------------

    def _start(self) -> None:
        """Launch where no study is there, or none that was made whole; else resume."""
        if self._study.is_study:
            command = ["resume", self.name]
        else:
            command = ["launch", str(self.search.write(self.folder)), "--name", self.name]
        self._spawn([*command, "--executor", self.executor])

    def _spawn(self, command: list[str]) -> None:
        self.course.launches += 1
        log = (self.folder / f"driver-{self.course.launches}.log").open("wb")
        self._driver = subprocess.Popen(
            [sys.executable, "-m", "gansearch.cli", *command],
            env=os.environ
            | {"GANSEARCH_HOME": str(self.home), "RAY_TMPDIR": str(self.ray_folder), "OMP_NUM_THREADS": "1"},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        self._families.append(Family(self._driver.pid))

    def _has_finished(self) -> bool:
        """Wait for the driver; whether the study is finished. Anything but an end by our hand is a problem."""
        assert self._driver is not None
        status = self._driver.wait(max(1.0, self._deadline - time.monotonic()))
        if status == 0:
            return True
        said = (self.folder / f"driver-{self.course.launches}.log").read_text(encoding="utf-8", errors="replace")
        if any(each in said for each in OVERLOADED) and self.course.launches < MOST_LAUNCHES:
            self.say(f"{self.name}: Ray did not start in time; again")
            return False
        lines = [line for line in said.splitlines() if line.strip(" ^~")]
        last = "\n".join(lines[-12:])
        self.course.problems.append(f"driver {self.course.launches} ended with status {status}:\n{last}")
        if len(self.course.problems) > 2:
            raise RuntimeError("\n".join(self.course.problems))
        return False

    def _look_for_leftovers(self) -> None:
        for number, family in enumerate(self._families, 1):
            for left in family.left_after(20.0):
                self.course.problems.append(f"a process of driver {number} is left: {left}")

    # --- moments ------------------------------------------------------------------------------------------------------

    def _kill_at(self, moment: Moment) -> None:
        """Wait for the moment and kill; one at start-up may come after the study has finished, others are missed."""
        assert self._driver is not None
        while not self._wait_for(moment):
            if self._has_finished() and moment.phase != "start-up":
                self.course.missed.append(str(moment))
                return
            self._start()
        time.sleep(moment.delay_s)
        family = self._families[-1]
        family.alive()  # who they are must be known before their parent is gone
        if moment.victim == "worker":
            self._kill_worker(moment, family)
        elif kill(self._driver.pid) and self._driver.wait(30.0) == -9:
            self._killed(moment)
            self._start()
        else:
            self.course.missed.append(str(moment))

    def _kill_worker(self, moment: Moment, family: Family) -> None:
        workers = family.workers()
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
            return self._driver is not None and self._driver.poll() is None
        if moment.phase in ENDING:
            return self._wait_until(lambda: self._study.over(self.search.trials) >= self.search.trials, 0.2) and (
                moment.phase == "final evaluation" or self._wait_until(self._study.change_of("report"))
            )
        needed = moment.progress * self.search.evaluations
        if not self._wait_until(lambda: self._study.evaluations >= needed, 0.02):
            return False
        if moment.victim == "worker" and not self._wait_until(lambda: bool(self._families[-1].workers()), 0.1):
            return False
        changed = {"asking": "study.journal", "training": "records", "checkpointing": "checkpoints"}[moment.phase]
        return self._wait_until(self._study.change_of(changed))

    def _wait_until(self, holds: Callable[[], bool], poll_s: float = POLL_S) -> bool:
        assert self._driver is not None
        while not holds():
            if self._driver.poll() is not None:
                return False
            if time.monotonic() > self._deadline:
                raise TimeoutError(f"{self.name} has not come on within {self.limit_s:g} s")
            time.sleep(poll_s)
        return True
