"""Pruning rules over recorded evaluations, against Optuna's own pruners."""

from __future__ import annotations

import numpy as np
import optuna
import pytest

from gansearch.reporting.calibration.pruning import Search, asha, median_rule


@pytest.fixture
def search() -> Search:
    """40 runs with 20 evaluations: distances that fall at different rates, three with a bad start."""
    generator = np.random.default_rng(0)
    ends, rates = generator.uniform(10, 100, 40), generator.uniform(0.1, 1.0, 40)
    curves = [
        [(epoch, 10 * epoch, float(end + 500 * np.exp(-rate * epoch))) for epoch in range(2, 41, 2)]
        for end, rate in zip(ends, rates, strict=True)
    ]
    curves[5] = [(epoch, step, float("inf")) for epoch, step, _ in curves[5][:4]]
    completes = np.ones(40, dtype=bool)
    completes[5] = False
    return Search(curves, np.array([curve[-1][1] for curve in curves], dtype=np.int64), completes)


def by_optuna(search: Search, order: np.ndarray, pruner: optuna.pruners.BasePruner) -> np.ndarray:
    """The same by Optuna, one trial after the other."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(pruner=pruner)
    done = search.steps.copy()
    for index in order:
        trial, state = study.ask(), optuna.trial.TrialState.COMPLETE
        for epoch, step, value in search.curves[index]:
            trial.report(value, epoch)
            if trial.should_prune():
                done[index], state = step, optuna.trial.TrialState.PRUNED
                break
        if not search.completes[index]:
            state = optuna.trial.TrialState.PRUNED
        study.tell(trial, None if state is optuna.trial.TrialState.PRUNED else value, state=state)
    return done


@pytest.mark.parametrize("seed", [0, 1])
def test_successive_halving_is_optunas(search: Search, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(40)
    pruner = optuna.pruners.SuccessiveHalvingPruner(min_resource=2, reduction_factor=4)
    found = asha(search, order)
    assert found.tolist() == by_optuna(search, order, pruner).tolist()
    assert 0 < (found < search.steps).sum() < 40


@pytest.mark.parametrize("seed", [0, 1])
def test_the_median_rule_is_optunas(search: Search, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(40)
    found = median_rule(search, order)
    assert found.tolist() == by_optuna(search, order, optuna.pruners.MedianPruner()).tolist()
    assert 0 < (found < search.steps).sum() < 40


def test_runs_without_evaluations_are_never_pruned() -> None:
    search = Search([[], []], np.array([10, 20], dtype=np.int64), np.ones(2, dtype=bool))
    order = np.array([1, 0])
    assert asha(search, order).tolist() == median_rule(search, order).tolist() == [10, 20]
