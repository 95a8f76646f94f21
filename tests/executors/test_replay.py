"""A search over recorded runs: the study's own decisions, at the moments at which they were due."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from gansearch.curves.corpus import CorpusRun
from gansearch.detectors import policy_from_settings
from gansearch.detectors.policy import Combine
from gansearch.detectors.walk import first_stop
from gansearch.executors.replay.judging import Judge
from gansearch.executors.replay.outcome import outcome_of
from gansearch.executors.replay.recorded_grid import RecordedGrid
from gansearch.executors.replay.recorded_trial import reports
from gansearch.executors.replay.replay_space import replay_space
from gansearch.executors.replay.simulation import Curve, Simulation, simulate
from gansearch.records import Assignment, End, Setting, TrialIdentity
from gansearch.space import SearchSpace
from gansearch.space.plan import DetectorSettings
from gansearch.storage import Storage
from gansearch.study.simulated import simulated_study
from gansearch.testing.recorded_grids import recorded_grid, recorded_run
from gansearch.trial.tracing import trace_of

Search = Callable[..., Simulation]
LAYERS = "generator.layers"


@pytest.fixture(scope="module")
def grid() -> RecordedGrid:
    return RecordedGrid.of(recorded_grid())


def space_of(grid: RecordedGrid, **changes: object) -> SearchSpace:
    return replay_space(grid, {key.replace("__", "."): value for key, value in changes.items()})


@pytest.fixture
def search(tmp_path: Path) -> Search:
    folders = (Storage(tmp_path / str(number)) for number in count())

    def run(space: SearchSpace, curve: Curve, *, workers: int = 3, seed: int = 1) -> Simulation:
        with simulated_study(space, name="s", storage=next(folders), seed=seed) as study:
            return simulate(study, curve, workers=workers)

    return run


def by_layers(runs: Mapping[int, CorpusRun]) -> tuple[RecordedGrid, Curve]:
    """A grid of one parameter, and the function that gives its runs."""

    def curve(settings: Mapping[str, Setting], seed: int) -> CorpusRun:
        return runs[int(settings[LAYERS] or 0)]

    return RecordedGrid.of(list(runs.values())), curve


def test_runs_take_the_time_that_they_took(search: Search) -> None:
    """Two workers: 12 s beside 6 s, then the worker that is free first takes the third."""
    runs = {layers: recorded_run({LAYERS: layers}, layers, seconds=s) for layers, s in ((2, 12.0), (3, 6.0), (4, 9.0))}
    grid, curve = by_layers(runs)
    enqueue = [{LAYERS: layers} for layers in (2, 3, 4)]
    space = space_of(grid, plan__trials=3, plan__sampler="random", detectors__mode="off")
    space = replace(space, plan=replace(space.plan, enqueue=tuple(enqueue)))

    found = search(space, curve, workers=2)

    told = [(run.assignment.parameters[LAYERS], run.began_s, run.ended_s, run.end) for run in found.runs]
    assert told == [
        (3, 0.0, 6.0, End.COMPLETED),
        (2, 0.0, 12.0, End.COMPLETED),
        (4, 6.0, 15.0, End.COMPLETED),
    ]
    assert found.simulated_s == 15.0
    mean = np.mean([10 + 100 / epoch for epoch in (7, 8, 9)])
    assert [run.value for run in found.runs] == pytest.approx([mean] * 3)


def test_of_two_reports_at_one_moment_the_lower_number_comes_first(search: Search) -> None:
    grid, curve = by_layers({layers: recorded_run({LAYERS: layers}, layers) for layers in (2, 3)})
    found = search(space_of(grid, plan__trials=6, detectors__mode="off"), curve, workers=3)

    assert [run.assignment.identity.number for run in found.runs] == [0, 1, 2, 3, 4, 5]
    assert {run.ended_s for run in found.runs} == {12.0, 24.0}


@pytest.mark.parametrize(("mode", "end", "ended_s"), [("enforce", "collapsed", 4.0), ("shadow", "completed", 12.0)])
def test_detectors_end_a_run_when_they_would_have(search: Search, mode: str, end: str, ended_s: float) -> None:
    grid, curve = by_layers({2: recorded_run({LAYERS: 2}, collapses=True, epochs=30)})
    found = search(space_of(grid, plan__trials=1, detectors__mode=mode), curve)

    (run,) = found.runs
    assert run.end == end
    assert run.full_s == 12.0
    assert run.ended_s == pytest.approx(ended_s if mode == "shadow" else run.ended_s)
    assert (run.ended_s < 12.0) == (mode == "enforce")


@pytest.mark.parametrize("mode", ["off", "shadow", "enforce"])
def test_a_non_finite_number_ends_a_run_in_every_mode(search: Search, mode: str) -> None:
    grid, curve = by_layers({2: recorded_run({LAYERS: 2}, diverges_at=250)})
    found = search(space_of(grid, plan__trials=1, detectors__mode=mode), curve)

    (run,) = found.runs
    assert run.end is End.DIVERGED
    assert run.ended_s == pytest.approx(4.0)  # 3 of 9 epochs


def test_a_spared_run_goes_on_to_its_end(search: Search) -> None:
    grid, curve = by_layers({2: recorded_run({LAYERS: 2}, collapses=True, epochs=30)})
    found = search(space_of(grid, plan__trials=4, detectors__mode="enforce", detectors__audit=1.0), curve)

    assert {run.end for run in found.runs} == {End.COMPLETED}


def test_a_pruner_ends_what_is_bad(search: Search, grid: RecordedGrid) -> None:
    pruner = "{name: median, n_startup_trials: 1}"
    found = search(space_of(grid, plan__trials=12, plan__pruner=pruner, detectors__mode="off"), grid)

    pruned = [run for run in found.runs if run.end is End.PRUNED]
    assert pruned
    assert all(run.value is None and run.ended_s - run.began_s < run.full_s for run in pruned)


PROMOTION = "{name: promotion, reduction_factor: 2}"


def test_what_waits_has_no_worker_and_pays_only_for_what_it_trains(search: Search) -> None:
    """One worker, a second an epoch, rungs at 1 and 2 of 4 epochs.

    At 1 s trial 0 waits and at 2 s trial 1, the worse of the two; so trial 0 goes on, to 3 s, where it is alone at its
    rung. Nothing is left to begin then, and no trial has completed: it goes on once more, to 5 s.
    """
    runs = {
        layers: recorded_run({LAYERS: layers}, layers, floor=10.0 * layers, epochs=4, seconds=4.0) for layers in (2, 3)
    }
    grid, curve = by_layers(runs)
    space = space_of(grid, plan__trials=2, plan__sampler="random", plan__pruner=PROMOTION, detectors__mode="off")
    space = replace(space, plan=replace(space.plan, enqueue=({LAYERS: 2}, {LAYERS: 3})))

    found = search(space, curve, workers=1)

    told = [
        (run.assignment.identity.number, run.began_s, run.ended_s, run.paused_s, run.used_s, run.end)
        for run in found.runs
    ]
    assert told == [(1, 1.0, 2.0, 0.0, 1.0, End.PRUNED), (0, 0.0, 5.0, 1.0, 4.0, End.COMPLETED)]
    assert [run.value is None for run in found.runs] == [True, False]
    assert found.simulated_s == 5.0
    outcome = outcome_of(found, grid, space.plan.objectives[0], wall_s=1.0)
    assert (outcome.used_s, outcome.saved_s) == (5.0, 3.0)
    assert outcome.ends == {"completed": 1, "pruned": 1}
    assert [(best.moment_s, best.trials) for best in outcome.bests] == [(5.0, 2)]


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("mode", ["off", "enforce"])
def test_a_search_with_promotions_ends_and_every_trial_is_told(
    search: Search, grid: RecordedGrid, workers: int, mode: str
) -> None:
    found = search(space_of(grid, plan__trials=40, plan__pruner=PROMOTION, detectors__mode=mode), grid, workers=workers)

    assert sorted(run.assignment.identity.number for run in found.runs) == list(range(40))
    assert {run.end for run in found.runs} <= {End.COMPLETED, End.PRUNED, End.DIVERGED, End.COLLAPSED}
    assert {End.COMPLETED, End.PRUNED} <= {run.end for run in found.runs}
    assert any(run.paused_s > 0 for run in found.runs)
    for run in found.runs:
        assert (run.used_s == pytest.approx(run.full_s)) == (run.end in (End.COMPLETED, End.DIVERGED))
    # Workers are never more than there are: what they did fits into the time that they had.
    assert sum(run.used_s for run in found.runs) <= workers * found.simulated_s + 1e-6


@pytest.mark.parametrize("sampler", ["random", "tpe"])
@pytest.mark.parametrize("pruner", ["hyperband", PROMOTION])
def test_the_same_seed_gives_the_same_search(search: Search, grid: RecordedGrid, sampler: str, pruner: str) -> None:
    space = space_of(grid, plan__trials=14, plan__sampler=sampler, plan__pruner=pruner)
    first, again, other = (search(space, grid, seed=seed) for seed in (1, 1, 2))

    def said(found: Simulation) -> list[tuple[object, ...]]:
        return [(run.assignment, run.began_s, run.ended_s, run.end, run.value) for run in found.runs]

    assert said(first) == said(again)
    assert said(first) != said(other)


def test_reports_are_those_of_a_run_that_trains() -> None:
    """With an evaluation every second epoch, a stop between two of them is a report of its own."""
    whole = recorded_run({LAYERS: 2}, collapses=True, epochs=30)
    every = {name: column[1::2] for name, column in whole.evaluations.items()}
    sparse = replace(whole, evaluations=every)
    assignment = Assignment(TrialIdentity("s", 0), 5, 0, sparse.settings, sparse.parameters)
    judge = Judge(policy_from_settings(DetectorSettings(patience=2)))

    told = list(reports(assignment, sparse, judge, ["frechet_distance"]))

    assert [each.end for each in told[:-1]] == [None] * (len(told) - 1)
    last = told[-1]
    assert last.end is not None
    assert last.end.end is End.COLLAPSED
    assert last.end.finding is not None
    assert last.step == last.end.step == last.end.finding.step
    assert last.seconds == pytest.approx(12.0 * last.step / 3000)
    assert all(each.evaluation is not None and each.epoch % 2 == 0 for each in told[:-1])


@pytest.mark.parametrize("patience", [1, 2, 3])
@pytest.mark.parametrize("combine", ["any", 2])
def test_the_judge_says_what_a_walk_over_every_epoch_says(patience: int, combine: Combine) -> None:
    policy = policy_from_settings(DetectorSettings(patience=patience, combine=combine, grace_epochs=4.5))
    judge = Judge(policy)
    random = np.random.default_rng(patience)
    runs = [*recorded_grid(epochs=20), *(flickering(random, share) for share in (0.3, 0.5, 0.7, 0.8, 0.9, 0.95))]
    for run in runs:
        wanted = first_stop(policy, trace_of(run))
        for step in (300, 700, 1100, run.steps):
            found = judge.until(run, min(step, run.steps))
            is_there = wanted is not None and wanted.step <= step
            assert (found.called or found.diverged) == (wanted if is_there else None)


def flickering(random: np.random.Generator, share: float) -> CorpusRun:
    """A run that has lost its classes at some of its evaluations."""
    run = recorded_run({LAYERS: 2}, epochs=20)
    lost = random.random(20) < share
    covered, largest = np.where(lost, 1.0, 10.0), np.where(lost, 1.0, 0.1)
    metrics = {**run.evaluations, "classes_covered": covered, "class_share_largest": largest}
    return replace(run, evaluations=metrics)
