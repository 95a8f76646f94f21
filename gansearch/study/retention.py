"""Which files of a study's runs are no longer kept: decided here, removed elsewhere.

Never among them is what a trial needs that has not ended, nor what the measurement at the end of a search still needs,
nor anything of a run whose record cannot be read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gansearch.records import TrialIdentity
from gansearch.space.keep import Amount, Keep
from gansearch.space.plan import Objective
from gansearch.study.status import TrialRow, best_first

MEASURED_AT_END = 3
"""Trials of a search, the best ones, that are measured by the protocol of the end."""


@dataclass(frozen=True)
class RunFiles:
    """One run and its files in the study's storage."""

    row: TrialRow
    checkpoints: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()
    post_mortem: tuple[str, ...] = ()
    last_samples: str | None = None
    """The file of its last evaluation that has samples."""
    is_measured: bool = False
    """Whether it has been measured by the protocol of the end."""
    is_readable: bool = True
    """Whether its record could be read."""

    @property
    def identity(self) -> TrialIdentity:
        """Of the run."""
        return self.row.identity


@dataclass(frozen=True)
class Retention:
    """What goes, and why what has a checkpoint keeps it."""

    checkpoints: tuple[TrialIdentity, ...]
    """Runs whose checkpoints are to be removed."""
    artifacts: tuple[str, ...]
    """Files to be removed."""
    kept: Mapping[TrialIdentity, str]
    """Why a run keeps its checkpoint, where it has one."""


def decide(runs: Sequence[RunFiles], keep: Keep, objectives: Sequence[Objective], *, measured: int) -> Retention:
    """What is no longer kept.

    Args:
        runs: every run of the study.
        keep: the user's wish.
        objectives: of the plan; the first one says which trials are best.
        measured: trials, the best ones, that are measured by the protocol of the end; 0 where none is.
    """
    places = _places([run.row for run in runs], objectives)
    in_use = _in_use(runs)
    kept: dict[TrialIdentity, str] = {}
    checkpoints: list[TrialIdentity] = []
    artifacts: list[str] = []
    for run in runs:
        place = None if run.row.values is None else places.get(run.row.number)
        untouchable = in_use.get(run.row.number) or (None if run.is_readable else "its record cannot be read")
        if untouchable is None:
            artifacts += _left_over(run, keep.artifacts, place)
        is_awaited = not run.is_measured and place is not None and place < measured
        why = untouchable or _wanted(keep.checkpoints, place) or ("to be measured at the end" if is_awaited else None)
        if run.checkpoints and why is not None:
            kept[run.identity] = why
        elif run.checkpoints:
            checkpoints.append(run.identity)
    return Retention(tuple(checkpoints), tuple(artifacts), kept)


def _in_use(runs: Sequence[RunFiles]) -> dict[int, str]:
    """Trials that have not ended, and those that such a trial goes on from; with the reason."""
    unfinished = [run.row for run in runs if not _is_over(run.row)]
    found = {row.extension.of: "a trial that extends it has not ended" for row in unfinished if row.extension}
    return found | {row.number: "its trial has not ended" for row in unfinished}


def _wanted(amount: Amount, place: int | None) -> str | None:
    """Why a checkpoint is kept by the user's wish, or None."""
    if amount == "all":
        return "all are kept"
    if isinstance(amount, int) and place is not None and place < amount:
        return f"the best trial but {place}" if place else "the best trial"
    return None


def _left_over(run: RunFiles, amount: Amount, place: int | None) -> list[str]:
    """The samples and post-mortems of an ended run that go."""
    if amount == "last":
        return [] if run.last_samples is None else [path for path in run.samples if path != run.last_samples]
    return [] if _wanted(amount, place) is not None else [*run.samples, *run.post_mortem]


def _places(rows: Sequence[TrialRow], objectives: Sequence[Objective]) -> dict[int, int]:
    """Places of complete trials by their numbers, the best at 0."""
    numbers = dict.fromkeys(row.number for row in best_first(rows, objectives))
    return {number: place for place, number in enumerate(numbers)}


def _is_over(row: TrialRow) -> bool:
    """Whether a run has ended for good, and Optuna has been told so."""
    return row.end is not None and row.end.is_final and row.state not in ("running", "waiting")
