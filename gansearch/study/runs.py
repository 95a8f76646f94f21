"""Finds one run of a study by what a user calls it: by number and replicate, by its identity, or as the best one."""

from __future__ import annotations

import re
from typing import Final

from gansearch.errors import StudyError
from gansearch.records import TrialIdentity
from gansearch.study.status import WAITING, TrialRow, best_first
from gansearch.study.study_reader import StudyReader

IDENTITY: Final = re.compile(r"(?P<study>.+?)-(?P<number>\d+)(-r(?P<replicate>\d+))?")


def parse_identity(text: str) -> TrialIdentity | None:
    """``digits-3`` or ``digits-3-r1`` as an identity; None where the text has another form."""
    found = IDENTITY.fullmatch(text)
    if found is None:
        return None
    replicate = found["replicate"]
    return TrialIdentity(found["study"], int(found["number"]), None if replicate is None else int(replicate))


def find_run(study: StudyReader, number: int, replicate: int | None = None) -> TrialRow:
    """The run of a trial; ``replicate`` may be left out where the trial has one.

    Raises:
        StudyError: where the study has no such run, with those that there are.
    """
    rows = [row for row in study.trials() if row.state != WAITING or row.end is not None]
    of_trial = [row for row in rows if row.number == number]
    if not of_trial:
        there = f"0 to {max(row.number for row in rows)}" if rows else "none"
        raise StudyError(f"the study {study.name!r} must have a trial {number} that has begun; there are {there}")
    found = [row for row in of_trial if replicate is None or (row.replicate or 0) == replicate]
    if len(found) != 1:
        got = "none was named" if replicate is None else f"got {replicate}"
        if len(of_trial) == 1:
            raise StudyError(f"the replicate of trial {number} of {study.name!r} must be 0, its only one; {got}")
        raise StudyError(
            f"trial {number} of {study.name!r} has the replicates 0 to {len(of_trial) - 1}, of which one must be named "
            f"(--replicate); {got}"
        )
    return found[0]


def best_run(study: StudyReader) -> TrialRow:
    """The best run of the trial with the best first objective.

    Raises:
        StudyError: where no trial has completed.
    """
    best = best_first(study.trials(), study.space.plan.objectives)
    if not best:
        raise StudyError(f"the study {study.name!r} must have a completed trial to have a best one; it has none")
    return best[0]
