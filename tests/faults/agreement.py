"""Whether the four tellings of a study are one: Optuna, the records, MLflow, the report. Every disagreement in words.

The study must be finished. Records are read twice: line by line, and as the curve that everything else is made from.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

import gansearch
from gansearch.curves import Curve, Record, read_curve
from gansearch.records import End
from gansearch.storage import Storage
from gansearch.storage.home import study_dir
from gansearch.storage.place import study_storage
from gansearch.study.status import TrialRow
from gansearch.study.study_reader import open_readonly
from tests.faults.record_walk import Walk
from tests.faults.shown import Shown, disagreements_of_run, shown_in_mlflow


@dataclass(frozen=True, eq=False)
class Told:
    """One trial as Optuna and its own record tell it."""

    row: TrialRow
    records: list[Record]
    curve: Curve
    walk: Walk

    @property
    def name(self) -> str:
        """The trial's identity."""
        return str(self.row.identity)


@dataclass(frozen=True, eq=False)
class Agreement:
    """What a finished study comes to, and everything in which its tellings disagree."""

    trials: int
    attempts: int
    zombies: tuple[str, ...]
    """Trials and runs that still count as running."""
    duplicates: tuple[str, ...]
    missing: int
    """Steps and evaluations that completed trials lack."""
    recomputed: int
    """Steps that an earlier attempt had recorded already."""
    disagreements: tuple[str, ...]


def agreement(name: str, *, steps_per_epoch: int) -> Agreement:
    """Read a finished study in all its tellings."""
    storage = study_storage(name)
    with open_readonly(name, storage) as study:
        rows, wanted, fixed, is_grid = study.trials(), study.trials_wanted, study.space.fixed, study.grid_size
    told = [_told(row, storage) for row in rows]
    shown = shown_in_mlflow(name)
    epochs, every = int(fixed["training.epochs"] or 0), int(fixed["training.evaluate_every"] or 1)
    missing = [_missing(each, epochs, every, steps_per_epoch) for each in told if each.row.end is End.COMPLETED]
    found = [*_of_plan(rows, wanted), *_of_runs(told, shown), *_of_report(name, told, storage)]
    for each in told:
        found += [f"{each.name}: {said}" for said in _of_trial(each, every)]
    twice = [f"{each.name}: {said}" for each in told for said in each.walk.duplicates]
    return Agreement(
        trials=len(rows),
        attempts=sum(len(each.walk.attempts) for each in told),
        zombies=(*(str(row.identity) for row in rows if row.state == "running"), *shown.running),
        duplicates=(*twice, *shown.duplicates, *(_points_twice(rows) if is_grid else ())),
        missing=sum(missing),
        recomputed=sum(each.walk.recomputed for each in told),
        disagreements=tuple(found),
    )


def _told(row: TrialRow, storage: Storage) -> Told:
    records, _ = read_curve(storage, row.identity)
    return Told(row, records, Curve.of(records), Walk.of(records))


def _missing(told: Told, epochs: int, every: int, steps_per_epoch: int) -> int:
    """Steps and evaluations that a completed trial lacks."""
    due = {epoch for epoch in range(1, epochs + 1) if epoch % every == 0 or epoch == epochs}
    done = {epoch for _, epoch, _, is_final in told.walk.evaluated if not is_final}
    return told.walk.missing + max(0, epochs * steps_per_epoch - told.walk.steps) + len(due - done)


# --- Optuna -------------------------------------------------------------------------------------------------------


def _of_plan(rows: list[TrialRow], wanted: int | None) -> Iterator[str]:
    numbers = [row.number for row in rows]
    if numbers != list(range(len(rows))):
        yield f"trials are numbered {numbers}"
    if len(rows) != wanted:
        yield f"the plan has {wanted} trials, Optuna {len(rows)}"


def _points_twice(rows: list[TrialRow]) -> Iterator[str]:
    for point, times in Counter(str(sorted(row.params.items())) for row in rows).items():
        if times > 1:
            yield f"the grid's point {point} was tried {times} times"


def _of_trial(told: Told, every: int) -> Iterator[str]:
    """What Optuna and the record say of one trial."""
    row, curve, walk = told.row, told.curve, told.walk
    yield from walk.strays
    if row.state in ("running", "waiting") or row.end is None:
        yield f"Optuna has it as {row.state}, ended as {row.end}"
        return
    recorded = None if curve.end is None else curve.end.end
    # Where the driver died after it decided to prune and before the worker heard of it, the next driver ends the trial.
    is_decided_alone = recorded is None and (row.reason or "").startswith("pruned at rung ")
    if is_decided_alone:
        pass
    elif recorded is not row.end:
        yield f"it ended as {recorded} in its record, as {row.end} in Optuna"
    elif row.detail != curve.end:
        yield f"Optuna has the end {row.detail}, its record {curve.end}"
    if curve.attempt != row.attempt:
        yield f"attempt {curve.attempt} in its record, {row.attempt} in Optuna"
    if curve.end is not None and not curve.end.step == curve.steps == walk.steps:
        yield f"its end is of step {curve.end.step}, its signals end at {curve.steps}, line by line at {walk.steps}"
    yield from _of_values(told, every)


def _of_values(told: Told, every: int) -> Iterator[str]:
    row = told.row
    rungs = {done.epoch: done.value("frechet_distance") for done in told.curve.evaluations if not done.final}
    if sorted(rungs) != list(range(every, max(rungs, default=0) + 1, every)):
        yield f"evaluated at epochs {sorted(rungs)}"
    finite = {epoch: value for epoch, value in rungs.items() if math.isfinite(value)}
    if dict(row.intermediate) != finite:
        yield f"Optuna heard {dict(row.intermediate)}, recorded is {finite}"
    last = list(rungs.values())[-3:]
    expected = math.fsum(last) / len(last) if last else math.nan
    if row.end is End.COMPLETED and (row.value is None or not math.isclose(row.value, expected, rel_tol=1e-12)):
        yield f"its value is {row.value}, the mean of its last three evaluations {expected}"
    if (row.end is End.COMPLETED) is not (row.state == "complete"):
        yield f"ended as {row.end}, which Optuna has as {row.state}"


# --- MLflow -------------------------------------------------------------------------------------------------------


def _of_runs(told: list[Told], shown: Shown) -> Iterator[str]:
    begun = {each.name: each for each in told if each.records}
    for name in sorted(begun.keys() ^ shown.runs.keys()):
        yield f"{name}: {'no run in MLflow' if name in begun else 'a run in MLflow without a record'}"
    for name in sorted(begun.keys() & shown.runs.keys()):
        for said in disagreements_of_run(shown.runs[name], begun[name].row, begun[name].curve):
            yield f"{name}: MLflow: {said}"


# --- the report ---------------------------------------------------------------------------------------------------


def _of_report(name: str, told: list[Told], storage: Storage) -> Iterator[str]:
    frames = gansearch.load_study(name)
    for frame in ("trials", "evaluations", "signals", "findings"):
        kept = pd.read_parquet(f"{study_dir(name)}/report/frames/{frame}.parquet")
        if not kept.astype(str).equals(getattr(frames, frame).astype(str)):
            yield f"the report's {frame}.parquet is not what the study holds"
    if frames.trials.identity.tolist() != [each.name for each in told]:
        yield f"the report has the trials {frames.trials.identity.tolist()}"
        return
    for each, row in zip(told, frames.trials.to_dict("records"), strict=True):
        for said in _of_report_row(each, row, frames.evaluations[frames.evaluations.identity == each.name]):
            yield f"{each.name}: report: {said}"


def _of_report_row(told: Told, row: dict[object, object], evaluations: pd.DataFrame) -> Iterator[str]:
    ours, curve = told.row, told.curve
    value = row["objective.frechet_distance"]
    pairs = {
        "end": (row["end"], str(ours.end)),
        "step": (row["step"], curve.steps),
        "epoch": (row["epoch"], ours.epoch),
        "attempts": (row["attempts"], len(told.walk.attempts)),
        "value": (None if pd.isna(value) else value, ours.value),  # type: ignore[call-overload]
        "parameters": ({path: row[path] for path in ours.params}, dict(ours.params)),
    }
    for what, (said, expected) in pairs.items():
        if said != expected:
            yield f"{what} is {said}, elsewhere {expected}"
    said = [tuple(map(str, line)) for line in evaluations[["step", "final", "metric", "value"]].itertuples(index=False)]
    expected = [
        (str(done.step), str(done.final), metric.name, str(metric.value))
        for done in curve.evaluations
        for metric in done.metrics
    ]
    if said != expected:
        yield "its evaluations are not those of its record"
