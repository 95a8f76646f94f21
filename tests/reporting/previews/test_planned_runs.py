"""How many runs a plan has."""

from __future__ import annotations

from gansearch.reporting.previews.planned_runs import PlannedRuns, configurations, planned_runs, spread
from gansearch.space import SearchSpace, parse_space

HEAD = "name: n\ndataset: {name: ring}\ntraining: {epochs: 20, evaluate_every: 5}\n"
ARMS = HEAD + (
    "plan: {kind: grid, replicates: 8, baseline_replicates: 20, "
    "experiments: {depth: {grid: {generator.layers: [4, 5]}}}}"
)
GRID = HEAD + "generator: {layers: {int: [2, 4]}}\nplan: {kind: grid, replicates: 3}"
SEARCH = (
    HEAD + "generator: {layers: {int: [2, 7]}}\nplan: {kind: search, trials: 30, pruner: median}\nbudget: {trials: 25}"
)


def counted(text: str) -> tuple[SearchSpace, PlannedRuns]:
    space = parse_space(text, "n.yaml")
    return space, planned_runs(space, configurations(space))


def test_arms_and_a_baseline_of_more_runs() -> None:
    _, found = counted(ARMS)
    assert (found.kind, found.configurations, found.runs) == ("arms", 3, 36)
    assert (found.replicates, found.baseline_replicates, found.epochs, found.evaluations) == (8, 20, (20, 20), 4)
    assert not found.may_end_early


def test_points_of_a_grid() -> None:
    _, found = counted(GRID)
    assert (found.kind, found.configurations, found.runs, found.baseline_replicates) == ("grid", 3, 9, None)


def test_trials_of_a_search_within_its_budget() -> None:
    space, found = counted(SEARCH)
    assert (found.kind, found.configurations, found.runs) == ("search", 25, 25)
    assert (found.pruner, found.rungs, found.bounds) == ("median", (5, 10, 15), {"trials": 25.0})
    assert found.may_end_early
    assert len({str(each.settings) for each in configurations(space)}) > 1


def test_a_search_without_a_bound() -> None:
    _, found = counted(SEARCH.replace("trials: 30, ", "").replace("{trials: 25}", "{hours: 1}"))
    assert (found.configurations, found.runs) == (None, None)


def test_some_configurations_are_spread_evenly() -> None:
    every = configurations(parse_space(ARMS, "n.yaml"))
    assert spread(every, 2) == (every[0], every[1])
    assert spread(every, 9) == every
