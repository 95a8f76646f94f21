"""How a run ended, in a sentence or two."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from gansearch.detectors.policy import mode_of_finding
from gansearch.records import End, Finding
from gansearch.reporting.material import TrialMaterial
from gansearch.reporting.wording import number
from gansearch.space.plan import DetectorSettings
from gansearch.space.search_space import SearchSpace
from gansearch.study.status import TrialRow

ENFORCE, SHADOW = "enforce", "shadow"


def how_it_ended(
    trial: TrialMaterial, stopped_by: Finding | None, rows: Sequence[TrialRow], space: SearchSpace, later: Iterable[str]
) -> Iterator[str]:
    """Sentences.

    Args:
        trial: the run.
        stopped_by: the finding that ended it, or None.
        rows: all runs of its study.
        space: of its study.
        later: sentences on what followed the finding that it was spared for.
    """
    spared = trial.curve.spared_for
    if spared is not None:
        yield (
            f"{trial.identity} would have been stopped at {_at(spared.step, spared.epoch, trial)} for "
            f"{_words(spared.kind)}; it went on, since {_spared_by(spared, space.detectors)}."
        )
        yield spared.sentence
        yield from later
    if stopped_by is not None:
        at = _at(stopped_by.step, stopped_by.epoch, trial)
        yield f"{trial.identity} was stopped at {at}: {_words(stopped_by.kind)}."
        yield stopped_by.sentence
    else:
        yield from _without_detector(trial, rows, space)
    if not trial.is_readable:
        yield "Its record is damaged, so that what the study was told is all that is known."


def _spared_by(finding: Finding, said: DetectorSettings) -> str:
    if mode_of_finding(finding, said.kinds) == SHADOW:
        whole = "" if said.mode == ENFORCE else " like all detectors"
        return f"findings of this kind are in shadow mode{whole}"
    return "it was drawn by the audit" if said.mode == ENFORCE else "its detectors are in shadow mode"


def _without_detector(trial: TrialMaterial, rows: Sequence[TrialRow], space: SearchSpace) -> Iterator[str]:
    objective, end = space.plan.objectives[0], trial.end
    sign = 1.0 if objective.direction == "minimize" else -1.0
    at = f"epoch {trial.epoch:.0f} of {trial.planned_epochs}"
    if end is None:
        begun = trial.curve.attempts or not trial.is_readable
        yield f"{trial.identity} runs: {at}." if begun else f"{trial.identity} is handed out; no worker has begun it."
    elif end is End.COMPLETED:
        tail = "" if trial.curve.spared_for else "; no detector stopped it"
        yield f"{trial.identity} completed: {trial.reason or 'it trained to its end'}{tail}."
        if trial.values is not None:
            others = [sign * row.values[0] for row in rows if row.values is not None]
            yield f"Its {objective.metric} is {_ranked(trial.values[0], sign, others)} completed runs."
    elif end is End.PRUNED:
        yield f"{trial.identity} was pruned: {trial.reason}."
        yield from _pruned(trial, rows, space, sign)
    elif end in (End.FAILED, End.OUT_OF_MEMORY):
        what = "failed" if end is End.FAILED else "ran out of memory"
        yield f"{trial.identity} {what} at {at}: {trial.reason}"
    elif end.is_final:
        yield f"{trial.identity} {end} at {at}: {trial.reason}"
    else:
        yield f"{trial.identity} rests at {at} ({_words(str(end))}): {trial.reason}."


def _pruned(trial: TrialMaterial, rows: Sequence[TrialRow], space: SearchSpace, sign: float) -> Iterator[str]:
    """Where its last value stood among those of others at the same epoch."""
    own = next((row for row in rows if row.identity == trial.identity), None)
    if own is None or not own.intermediate:
        return
    epoch, value = max(own.intermediate.items())
    trials = {row.number: row.intermediate[epoch] for row in rows if epoch in row.intermediate}
    ranked = _ranked(value, sign, [sign * each for each in trials.values()])
    metric = space.plan.objectives[0].metric
    yield f"At epoch {epoch} its {metric} was {ranked} trials with a value there (pruner: {space.plan.pruner['name']})."


def _ranked(value: float, sign: float, all_signed: Sequence[float]) -> str:
    """``45.1, rank 3 of 12``; the best has rank 1."""
    rank = 1 + sum(each < sign * value for each in all_signed)
    return f"{number(value)}, rank {rank} of {max(rank, len(all_signed))}"


def _at(step: int, epoch: int, trial: TrialMaterial) -> str:
    return f"step {step:,} (epoch {epoch} of {trial.planned_epochs})"


def _words(kind: str) -> str:
    return kind.replace("_", " ")
