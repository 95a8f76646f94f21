"""A study's status in the few values that are shown while it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gansearch.cli._text import duration, number
from gansearch.records import End

if TYPE_CHECKING:
    from gansearch.study import StudyStatus

SECONDS_PER_HOUR = 3600.0
RESTING = frozenset(str(end) for end in End if not end.is_final)


@dataclass(frozen=True)
class Progress:
    """What is shown of a study."""

    name: str
    ended: int
    """Trials that are over."""
    wanted: int | None
    """Trials of the whole plan, or None."""
    running: int
    """Runs that train now."""
    best: str | None
    """The best completed run and its values."""
    counts: Mapping[str, int]
    """Runs by end, those that run or wait apart."""
    elapsed_s: float
    left_s: float | None
    gpu: str | None
    """GPU-hours used, with their cost where they have a price; None where the study uses no GPU."""


def progress(status: StudyStatus) -> Progress:
    """What is shown of ``status``."""
    resting = sum(count for word, count in status.counts.items() if word in RESTING)
    ended = max(0, status.trials - len({row.number for row in status.running}) - resting)
    return Progress(
        name=status.name,
        ended=ended,
        wanted=status.trials_wanted,
        running=len(status.running),
        best=_best(status),
        counts={word: count for word, count in sorted(status.counts.items()) if word not in ("running", "waiting")},
        elapsed_s=status.elapsed_s,
        left_s=time_left(ended, status.trials_wanted, status.elapsed_s, status.hours_wanted) if status.holder else None,
        gpu=_gpu(status),
    )


def time_left(ended: int, wanted: int | None, elapsed_s: float, hours: float | None) -> float | None:
    """Seconds that the rest takes at the pace so far, or until the hours are spent; None where there is none to tell.

    Args:
        ended: trials that are over.
        wanted: trials in all, or None.
        elapsed_s: seconds in which they ended.
        hours: that the study may use, or None.
    """
    bounds = [] if hours is None else [hours * SECONDS_PER_HOUR - elapsed_s]
    if wanted is not None and ended > 0:
        bounds.append(elapsed_s * (wanted - ended) / ended)
    return max(0.0, min(bounds)) if bounds and ended != wanted else None


def rows(seen: Progress) -> list[tuple[str, str]]:
    """What is shown, each with its label."""
    of = "" if seen.wanted is None else f" of {seen.wanted}"
    left = "" if seen.left_s is None else f", about {duration(seen.left_s)} left"
    found = [
        ("trials", f"{seen.ended}{of} trials ended, {seen.running} running"),
        ("best", None if seen.best is None else f"best {seen.best}"),
        ("ends", ", ".join(f"{count} {word}" for word, count in seen.counts.items())),
        ("time", f"{duration(seen.elapsed_s)} so far{left}"),
        ("GPUs", seen.gpu),
    ]
    return [(label, text) for label, text in found if text]


def line(seen: Progress) -> str:
    """A study on one line: ``7 of 20 trials ended, 2 running; best ...; 3 collapsed, 4 completed; 1m12s so far``."""
    return "; ".join(text for _, text in rows(seen))


def _gpu(status: StudyStatus) -> str | None:
    """``1.5 of 3 GPU-hours, cost 3 of 10``."""
    if not (status.gpu_hours or status.gpu_hours_wanted or status.cost is not None):
        return None
    used = f"{_of(status.gpu_hours, status.gpu_hours_wanted)} GPU-hours"
    return used if status.cost is None else f"{used}, cost {_of(status.cost, status.cost_wanted)}"


def _of(used: float, wanted: float | None) -> str:
    return number(used) if wanted is None else f"{number(used)} of {number(wanted)}"


def _best(status: StudyStatus) -> str | None:
    if status.best is None or status.best.values is None:
        return None
    pairs = zip(status.objectives, status.best.values, strict=True)
    return ", ".join(f"{objective.metric} {number(value)}" for objective, value in pairs) + f" ({status.best.identity})"
