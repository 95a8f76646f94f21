"""One disturbed study from its launch to its verdict: kills, resumes, then every check that nothing was lost."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gansearch.storage.home import home
from tests.faults.agreement import agreement
from tests.faults.killer import Course, Disturbed
from tests.faults.moments import Moment, Victim, draw_moments
from tests.faults.reproduced import differences, not_reproduced
from tests.faults.searches import STEPS_PER_EPOCH, Search


@dataclass(frozen=True)
class Verdict:
    """What one or several disturbed studies came to."""

    kills: int = 0
    trials: int = 0
    attempts: int = 0
    zombies: int = 0
    duplicates: int = 0
    missing: int = 0
    recomputed: int = 0
    problems: tuple[str, ...] = ()
    """Everything that should not be, in words; the counts above are among them."""

    def __str__(self) -> str:
        return (
            f"kills {self.kills}, trials {self.trials}, attempts {self.attempts}, zombies {self.zombies}, "
            f"duplicates {self.duplicates}, missing steps {self.missing}, steps recomputed {self.recomputed}"
        )

    def __add__(self, other: Verdict) -> Verdict:
        return Verdict(
            self.kills + other.kills,
            self.trials + other.trials,
            self.attempts + other.attempts,
            self.zombies + other.zombies,
            self.duplicates + other.duplicates,
            self.missing + other.missing,
            self.recomputed + other.recomputed,
            self.problems + other.problems,
        )


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
    limit_s: float = 600.0

    def run(self, kills: int, random_: random.Random) -> Verdict:
        """Disturb the study ``kills`` times, then judge it."""
        victims: tuple[Victim, ...] = ("driver",) if self.executor == "local" else ("driver", "worker", "worker")
        course = self._disturb(draw_moments(random_, kills, victims))
        self.say(f"{self.name}: finished after {len(course.kills)} kills and {course.launches} launches; checking")
        return replace(self._judged(), kills=len(course.kills)) + Verdict(problems=tuple(course.problems))

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

    def _judged(self) -> Verdict:
        found = agreement(self.name, steps_per_epoch=STEPS_PER_EPOCH)
        problems = [f"running for ever: {each}" for each in found.zombies]
        problems += [f"twice: {each}" for each in found.duplicates]
        problems += [f"{found.missing} steps or evaluations are missing"] if found.missing else []
        problems += [*found.disagreements, *not_reproduced(self.name)]
        if self.twin is not None:
            problems += differences(self.name, self.twin)
        return Verdict(
            trials=found.trials,
            attempts=found.attempts,
            zombies=len(found.zombies),
            duplicates=len(found.duplicates),
            missing=found.missing,
            recomputed=found.recomputed,
            problems=tuple(problems),
        )
