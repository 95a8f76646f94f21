"""What disturbed studies came to: every check that nothing was lost, and one line that says it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from tests.faults.agreement import agreement
from tests.faults.reproduced import differences, not_reproduced


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
            f"duplicates {self.duplicates}, missing steps {self.missing}, recomputed steps {self.recomputed}"
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


def judged(
    name: str, *, steps_per_epoch: int, twin: str | None = None, again: Collection[int] | None = None
) -> Verdict:
    """Judge a finished study; kills are for the caller to count.

    Args:
        name: of the study.
        steps_per_epoch: of every trial.
        twin: name of the undisturbed study that it must equal; None where a search depends on who is ready first.
        again: numbers of the trials that are trained again, to compare their curves; None for all.
    """
    found = agreement(name, steps_per_epoch=steps_per_epoch)
    problems = [f"running for ever: {each}" for each in found.zombies]
    problems += [f"twice: {each}" for each in found.duplicates]
    problems += [f"{found.missing} steps or evaluations are missing"] if found.missing else []
    problems += [*found.disagreements, *not_reproduced(name, again)]
    if twin is not None:
        problems += differences(name, twin)
    return Verdict(
        trials=found.trials,
        attempts=found.attempts,
        zombies=len(found.zombies),
        duplicates=len(found.duplicates),
        missing=found.missing,
        recomputed=found.recomputed,
        problems=tuple(problems),
    )
