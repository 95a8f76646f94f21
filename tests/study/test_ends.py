"""The table of the design: how a trial ended, and what Optuna is told."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from optuna.trial import TrialState

from gansearch.records import End
from gansearch.study import Study
from gansearch.study.ends import CONSTRAINT, Told, told

C, P, X, D, F, M = End.COMPLETED, End.PRUNED, End.COLLAPSED, End.DIVERGED, End.FAILED, End.OUT_OF_MEMORY
COMPLETE, PRUNED, FAIL = TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL


@pytest.mark.parametrize(
    ("ends", "state", "value", "violation"),
    [
        ([C], COMPLETE, 1.0, None),
        ([P], PRUNED, None, None),
        ([X], PRUNED, None, 1.0),
        ([D], PRUNED, None, 1.0),
        ([F], FAIL, None, None),
        ([M], FAIL, None, None),
        ([C, C, C], COMPLETE, 2.0, None),
        ([C, C, X], COMPLETE, 1.5, None),
        ([C, X], PRUNED, None, 0.5),
        ([C, X, D], PRUNED, None, 2 / 3),
        ([X, X, P], PRUNED, None, 2 / 3),
        ([C, P, X], PRUNED, None, None),
        ([C, F, F], COMPLETE, 1.0, None),
        ([F, F, X], FAIL, None, None),
        ([F, X], PRUNED, None, 0.5),
    ],
)
def test_what_is_told(ends: list[End], state: TrialState, value: float | None, violation: float | None) -> None:
    values = iter((1.0, 2.0, 3.0))
    what = told([(end, (next(values),) if end is C else None) for end in ends])
    assert what.state is state
    assert what.values == (None if value is None else (value,))
    assert what.violation == violation


def test_what_is_told_of_deaths_can_be_chosen() -> None:
    assert told([(X, None)], "constraint") == Told(PRUNED, violation=1.0)
    assert told([(X, None)], "pruned") == told([(D, None)], "pruned") == Told(PRUNED)
    assert told([(X, None)], "ignored") == Told(FAIL)
    for deaths in ("constraint", "pruned", "ignored"):
        assert told([(P, None)], deaths) == Told(PRUNED)
        assert told([(C, (1.0,))], deaths) == Told(COMPLETE, (1.0,))


def test_several_objectives_have_a_mean_each() -> None:
    assert told([(C, (1.0, 10.0)), (C, (3.0, 30.0))]).values == (2.0, 20.0)


@pytest.mark.parametrize("end", [end for end in End if not end.is_final])
def test_what_can_go_on_is_never_told(end: End) -> None:
    with pytest.raises(ValueError, match="told once it is over"):
        told([(end, None)])


@pytest.mark.parametrize("values", [None, (math.nan,), (1.0, math.inf)])
def test_a_value_that_is_not_finite_is_never_told(values: tuple[float, ...] | None) -> None:
    with pytest.raises(ValueError, match="must have finite values"):
        told([(C, values)])


def run_to(end: End, value: float, small_space: Any, folder: Any, runner: Any, **plan: object) -> tuple[Any, Any]:
    """One trial of a fresh study, with three rungs and then this end; Optuna's trial and the study's row."""
    with Study.create(small_space({"plan.trials": 1, **plan}), name="s", storage=folder, seed=0) as study:
        assignment = study.ask()
        assert assignment is not None
        for epoch in (1, 2, 3):
            runner(study).report(assignment, epoch, value)
        runner(study).end(assignment, end, epoch=3, reason="the reason")
        (frozen,) = study._reader.frozen()
        return frozen, study.trials()[0]


TABLE = {C: (COMPLETE, None), P: (PRUNED, None), X: (PRUNED, 1.0), D: (PRUNED, 1.0), F: (FAIL, None), M: (FAIL, None)}


@pytest.mark.parametrize("end", list(TABLE))
@pytest.mark.parametrize("sampler", ["tpe", "cmaes", "nsgaii"])
def test_the_table_in_a_real_study(
    end: End, sampler: str, small_space: Callable[..., Any], folder: Any, runner: Any
) -> None:
    state, violation = TABLE[end]
    frozen, row = run_to(end, 2.5, small_space, folder, runner, **{"plan.sampler": sampler})
    assert frozen.state is state
    assert frozen.intermediate_values == {1: 2.5, 2: 2.5, 3: 2.5}
    assert frozen.constraints == ({} if violation is None else {CONSTRAINT: violation})
    assert (frozen.value, row.value) == ({COMPLETE: 2.5, PRUNED: 2.5, FAIL: None}[state], 2.5 if end is C else None)
    assert (row.end, row.reason, row.state) == (end, "the reason", state.name.lower())
    assert row.kind == ("mode_collapse" if end in (X, D) else None)
    assert (row.epoch, row.seconds, row.attempt) == (3, 1.5, 0)


@pytest.mark.parametrize("end", [end for end in End if not end.is_final])
def test_a_trial_that_can_go_on_stays_running(
    end: End, small_space: Callable[..., Any], folder: Any, runner: Any
) -> None:
    frozen, row = run_to(end, 2.5, small_space, folder, runner)
    assert frozen.state is TrialState.RUNNING
    assert row.end is end


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_completed_trial_without_a_finite_value_counts_as_diverged(
    value: float, small_space: Callable[..., Any], folder: Any, runner: Any
) -> None:
    frozen, row = run_to(C, value, small_space, folder, runner)
    assert (frozen.state, frozen.constraints) == (PRUNED, {CONSTRAINT: 1.0})
    assert (frozen.values, frozen.intermediate_values) == (None, {})
    assert row.end is D
    assert row.reason == f"its objective is not finite: sample_spread = {math.nan}"
