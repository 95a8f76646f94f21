"""The course of a run through collapse: whether it fell into one, was born in one, and came out again (H20)."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gansearch.curves.corpus import CorpusRun
from gansearch.reporting.calibration.counts import Count
from gansearch.reporting.calibration.outcomes import CLASSES, LIMITS

EPISODE: Final = 2
"""Evaluations in a row that make a collapse an episode."""
LAST: Final = 3
"""Evaluations at the end that must have their classes."""


class Course(StrEnum):
    """What a run went through at its evaluations."""

    STEADY = "never collapsed"
    BORN = "born collapsed"
    """It never reached enough classes to lose them."""
    COLLAPSED = "collapsed, not recovered"
    RECOVERED = "collapsed, recovered"
    UNKNOWN = "not known"
    """The classes of its evaluations are not recorded."""


def course(run: CorpusRun) -> Course:
    """The course of a run, by the second classifier at its rungs."""
    covered = classes_at_rungs(run)
    if covered is None:
        return Course.UNKNOWN
    limits = LIMITS[run.classes]
    reached = np.flatnonzero(covered >= limits.reached)
    if len(reached) == 0:
        return Course.BORN
    if not _has_stretch(covered[reached[0] :] <= limits.total, EPISODE):
        return Course.STEADY
    is_well = len(covered) >= LAST and bool((covered[-LAST:] >= limits.well).all())
    return Course.RECOVERED if is_well else Course.COLLAPSED


def came_back(run: CorpusRun) -> bool:
    """Whether a run's last evaluations have as many classes as "reached" asks for: less than recovered."""
    covered = classes_at_rungs(run)
    return covered is not None and len(covered) >= LAST and bool((covered[-LAST:] >= LIMITS[run.classes].reached).all())


def classes_at_rungs(run: CorpusRun) -> NDArray[np.float64] | None:
    """Classes covered at each evaluation; None where there is none, or the data's number of classes has no limits."""
    covered = run.evaluations.get(CLASSES)
    return covered if covered is not None and len(covered) and run.classes in LIMITS else None


def last_collapse(run: CorpusRun) -> int | None:
    """The step of the evaluation at which the collapse began that lasts to the end; None where the end is in none."""
    covered = classes_at_rungs(run)
    if covered is None or covered[-1] > LIMITS[run.classes].total:
        return None
    away = np.flatnonzero(~(covered <= LIMITS[run.classes].total))
    return int(run.evaluations["step"][away[-1] + 1 if len(away) else 0])


def recovery(runs: Sequence[CorpusRun]) -> Count:
    """Recovered runs among those with a collapsed episode; runs that were born collapsed are none of them."""
    courses = [course(run) for run in runs]
    recovered = courses.count(Course.RECOVERED)
    return Count(recovered, recovered + courses.count(Course.COLLAPSED))


def _has_stretch(flags: NDArray[np.bool_], length: int) -> bool:
    """Whether so many flags in a row are true."""
    if len(flags) < length:
        return False
    return bool(np.lib.stride_tricks.sliding_window_view(flags, length).all(axis=1).any())
