"""What a study has come to, as plain values: a row per run, and a summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from optuna.trial import FrozenTrial, TrialState

from gansearch.records import End, Setting, TrialEnd, TrialIdentity
from gansearch.space import SearchSpace
from gansearch.space.plan import Objective
from gansearch.study.budget import Bound
from gansearch.study.extension import Extension, read_extension
from gansearch.study.objective import Values
from gansearch.study.replicate import Replicate, read_replicates

RUNNING = "running"
WAITING = "waiting"


@dataclass(frozen=True)
class TrialRow:
    """One run: a trial, or one replicate of it."""

    identity: TrialIdentity
    params: Mapping[str, Setting]
    """The searched parameters."""
    state: str
    """Optuna's state of the trial, in small letters: complete, pruned, fail, running, waiting."""
    values: Values | None
    """Of the objectives, where the run completed."""
    trial_values: Values | None
    """What Optuna was told of the trial, where it is complete; with replicates, their mean."""
    end: End | None
    """How it ended or rests; None while it runs or waits."""
    kind: str | None
    """Of the finding that stopped it, as ``mode_collapse``."""
    reason: str | None
    """A sentence."""
    detail: TrialEnd | None
    """The end with its step and its finding."""
    intermediate: Mapping[int, float]
    """What Optuna was told at rungs, by epoch; with replicates, their mean."""
    attempt: int
    epoch: int
    """Epochs trained, as far as the study has heard."""
    seconds: float
    """Time that it trained and evaluated, over all attempts."""
    extension: Extension | None
    """What it goes on from, where it extends another trial."""
    started: datetime | None
    ended: datetime | None

    @property
    def number(self) -> int:
        """Of the trial."""
        return self.identity.number

    @property
    def replicate(self) -> int | None:
        """None where the plan has one."""
        return self.identity.replicate

    @property
    def value(self) -> float | None:
        """Of the first objective."""
        return None if self.values is None else self.values[0]


@dataclass(frozen=True)
class StudyStatus:
    """A study at one moment."""

    name: str
    objectives: tuple[Objective, ...]
    counts: Mapping[str, int]
    """Runs by end (``completed``, ``collapsed``, ...), and ``running`` and ``waiting``."""
    best: TrialRow | None
    """The best run of the trial with the best first objective."""
    running: tuple[TrialRow, ...]
    trials: int
    """Trials begun; with replicates each counts once."""
    trials_wanted: int | None
    """Trials of the whole plan, or None where it has no such bound."""
    epochs: int
    """Trained in all runs together."""
    epochs_wanted: int | None
    elapsed_s: float
    """Time that the study was driven, over all launches."""
    hours_wanted: float | None
    """Bound on it, as are the other ``..._wanted``; None for none."""
    holder: str | None
    """Who drives it now, as ``user@host``, or None."""
    is_stopping: bool
    """Whether the user has asked it to stop."""
    can_extend: bool = True
    """Whether trials can be added: not to a grid, nor to a plan without a number of trials, nor beyond the budget."""
    gpu_hours: float = 0.0
    """Wall-clock hours of every pack times ``resources.gpu``, over all attempts and launches."""
    gpu_hours_wanted: float | None = None
    cost: float | None = None
    """Of them, at the budget's price; None without a price or without GPUs."""
    cost_wanted: float | None = None
    bounds: tuple[Bound, ...] = ()
    """Of the budget, with what is used of them."""


def rows(trials: Sequence[FrozenTrial], study: str, space: SearchSpace) -> list[TrialRow]:
    """A row per run, in the order of trials and replicates."""
    is_single = space.plan.replicates == 1
    return [
        _row(trial, TrialIdentity(study, trial.number, None if is_single else each.index), each)
        for trial in trials
        for each in read_replicates(trial.user_attrs, space.replicates(_parameters(trial)))
    ]


def counted(found: Sequence[TrialRow]) -> dict[str, int]:
    """Runs by end; those without one by whether they run or wait."""
    return dict(Counter(_word(row) for row in found))


def best_first(found: Sequence[TrialRow], objectives: Sequence[Objective]) -> list[TrialRow]:
    """Completed runs of complete trials: by their trial's first objective, then by their own, the best first."""
    sign = 1.0 if objectives[0].direction == "minimize" else -1.0
    done = [
        ((sign * row.trial_values[0], row.number, sign * row.values[0], row.replicate or 0), row)
        for row in found
        if row.values is not None and row.trial_values is not None
    ]
    return [row for _, row in sorted(done, key=lambda item: item[0])]


def _row(trial: FrozenTrial, identity: TrialIdentity, replicate: Replicate) -> TrialRow:
    end = replicate.end
    finding = None if end is None else end.finding
    return TrialRow(
        identity=identity,
        params=_parameters(trial),
        state=trial.state.name.lower(),
        values=replicate.values,
        trial_values=tuple(trial.values) if trial.state is TrialState.COMPLETE else None,
        end=None if end is None else end.end,
        kind=None if finding is None else finding.kind,
        reason=None if end is None else end.reason,
        detail=end,
        intermediate=trial.intermediate_values,
        attempt=replicate.attempt,
        epoch=replicate.epoch if end is not None else max(replicate.epoch, trial.last_step or 0),
        seconds=replicate.seconds,
        extension=read_extension(trial.user_attrs),
        started=trial.datetime_start,
        ended=trial.datetime_complete,
    )


def _parameters(trial: FrozenTrial) -> Mapping[str, Setting]:
    """What has been chosen of a trial; of one that waits to be begun, what it will be."""
    found: Mapping[str, Setting] = trial.params
    return trial.system_attrs.get("fixed_params", {}) if trial.state is TrialState.WAITING else found


def _word(row: TrialRow) -> str:
    if row.end is not None:
        return str(row.end)
    return WAITING if row.state == WAITING else RUNNING
