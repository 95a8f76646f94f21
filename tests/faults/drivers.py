"""Launches one study and resumes it as a user does, until it is finished; and notes what became of it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.processes import Family, kill
from tests.faults.study_folder import StudyFolder

OVERLOADED = ("timed out during startup",)
"""What Ray says where it does not come up within its 30 seconds: the machine is busy, and nothing was begun."""
MOST_LAUNCHES = 50
MOST_PROBLEMS = 3
LAST_LINES = 12


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
class Drivers:
    """The drivers of one study, one after the other.

    Args:
        study: what is driven.
        space: its file.
        options: of the command line, for a launch and for resuming alike.
        environment: of the drivers.
        folder: for what they say.
        course: is told of launches and problems.
        say: told how it gets on.
        work: where the drivers work; None for this process's own folder.
    """

    study: StudyFolder
    space: Path
    options: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    course: Course
    say: Callable[[str], None]
    work: Path | None = None
    families: list[Family] = field(default_factory=list)
    """Of each driver, in order."""
    _driver: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Launch where no study is there, or none that was made whole; else resume."""
        if self.study.is_study:
            command = ["resume", self.study.name]
        else:
            command = ["launch", str(self.space), "--name", self.study.name]
        self.course.launches += 1
        with self._log.open("wb") as log:
            self._driver = subprocess.Popen(
                [sys.executable, "-m", "gansearch.cli", *command, *self.options],
                env=self.environment,
                cwd=self.work,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.families.append(Family(self._driver.pid))

    @property
    def is_running(self) -> bool:
        """Whether the newest driver runs."""
        return self._driver is not None and self._driver.poll() is None

    def kill(self) -> bool:
        """``kill -9`` of the newest driver alone; whether it was that which ended it."""
        assert self._driver is not None
        self.families[-1].alive()  # who they are must be known before their parent is gone
        return kill(self._driver.pid) and self._driver.wait(30.0) == -9

    def has_finished(self, limit_s: float, *, rests: Sequence[str] = ()) -> bool:
        """Wait for the driver; whether the study is finished. Anything but an end by our hand is a problem.

        Args:
            limit_s: seconds to wait at most.
            rests: beginnings of sentences with which a driver may let the study rest.
        """
        assert self._driver is not None
        status = self._driver.wait(max(1.0, limit_s))
        if status == 0:
            return True
        said = self._log.read_text(encoding="utf-8", errors="replace")
        if any(each in said for each in OVERLOADED) and self.course.launches < MOST_LAUNCHES:
            self.say(f"{self.study.name}: Ray did not start in time; again")
            return False
        lines = [line for line in said.splitlines() if line.strip(" ^~")]
        if lines and status == 1 and lines[-1].startswith(tuple(rests) or ("\0",)):
            self.say(f"{self.study.name}: rests: {lines[-1]}")
            return False
        last = "\n".join(lines[-LAST_LINES:])
        self.course.problems.append(f"driver {self.course.launches} ended with status {status}:\n{last}")
        if len(self.course.problems) >= MOST_PROBLEMS:
            raise RuntimeError("\n".join(self.course.problems))
        return False

    def look_for_leftovers(self) -> None:
        """Note which processes of the drivers are left."""
        for number, family in enumerate(self.families, 1):
            for left in family.left_after(20.0):
                self.course.problems.append(f"a process of driver {number} is left: {left}")

    def end(self) -> None:
        """Kill whoever is left."""
        for family in self.families:
            family.end()

    @property
    def _log(self) -> Path:
        return self.folder / f"driver-{self.course.launches}.log"
