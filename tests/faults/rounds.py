"""One disturbed study from its launch to its verdict: kills, resumes, then every check that nothing was lost."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gansearch.storage.home import home
from tests.faults.drivers import Course
from tests.faults.killer import Disturbed
from tests.faults.moments import Moment, Victim, draw_moments
from tests.faults.searches import STEPS_PER_EPOCH, Search
from tests.faults.verdict import Verdict, judged


@dataclass(frozen=True)
class Round:
    """How a study is disturbed.

    Args:
        search: what is launched.
        name: of the study.
        executor: where trials run.
        folder: for what the round leaves behind beside the study.
        say: told how it gets on.
        twin: name of the undisturbed study that it must equal; None where a search depends on who is ready first.
    """

    search: Search
    name: str
    executor: str
    folder: Path
    say: Callable[[str], None]
    twin: str | None = None
    limit_s: float = 1_100.0

    def run(self, kills: int, random_: random.Random) -> Verdict:
        """Disturb the study ``kills`` times, then judge it."""
        victims: tuple[Victim, ...] = ("driver",) if self.executor == "local" else ("driver", "worker", "worker")
        course = self._disturb(draw_moments(random_, kills, victims))
        self.say(f"{self.name}: finished after {len(course.kills)} kills and {course.launches} launches; checking")
        verdict = judged(self.name, steps_per_epoch=STEPS_PER_EPOCH, twin=self.twin)
        return replace(verdict, kills=len(course.kills)) + Verdict(problems=tuple(course.problems))

    def undisturbed(self) -> None:
        """Run the study to its end without touching it."""
        course = self._disturb([])
        assert not course.problems, course.problems

    def _disturb(self, moments: Sequence[Moment]) -> Course:
        # Paths of Ray's sockets must be short, which those of a test's own folder are not.
        with tempfile.TemporaryDirectory(prefix="gsf-", ignore_cleanup_errors=True) as ray_folder:
            study = Disturbed(
                self.search, self.name, self.executor, self.folder, home(), Path(ray_folder), self.limit_s, self.say
            )
            return study.run(moments)
