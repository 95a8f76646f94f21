from __future__ import annotations

import math
from typing import Any

import pytest

from gansearch.errors import StudyError
from gansearch.records import Evaluation, MetricValue, Protocol
from gansearch.space.plan import Objective
from gansearch.study.objective import evaluation_values, objective_values

RUNGS = {1: (8.0,), 2: (1.0,), 5: (3.0,), 10: (5.0,), 15: (4.0,)}


def objective(value: Any, direction: Any = "minimize") -> tuple[Objective, ...]:
    return (Objective("m", value, "ema", direction),)


@pytest.mark.parametrize(
    ("value", "direction", "expected"),
    [
        ("mean_last_3", "minimize", 4.0),
        ("last", "minimize", 4.0),
        ("best", "minimize", 1.0),
        ("best", "maximize", 8.0),
    ],
)
def test_statistics_of_the_rungs(value: str, direction: str, expected: float) -> None:
    shuffled = {epoch: RUNGS[epoch] for epoch in (10, 1, 15, 2, 5)}
    assert objective_values(shuffled, None, objective(value, direction)) == (expected,)


def test_fewer_than_three_evaluations_are_averaged_all() -> None:
    assert objective_values({1: (8.0,), 2: (1.0,)}, None, objective("mean_last_3")) == (4.5,)


def test_protocols_are_not_mixed() -> None:
    assert objective_values(RUNGS, (100.0,), objective("mean_last_3")) == (4.0,)
    assert objective_values(RUNGS, (100.0,), objective("last")) == (100.0,)
    assert objective_values({}, (100.0,), objective("mean_last_3")) == (100.0,)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_what_is_not_finite_among_the_last_three_makes_their_mean_not_a_number(bad: float) -> None:
    (value,) = objective_values({**RUNGS, 10: (bad,)}, None, objective("mean_last_3"))
    assert math.isnan(value)
    assert objective_values({**RUNGS, 2: (bad,)}, None, objective("mean_last_3")) == (4.0,)


def test_the_best_is_the_best_finite_one() -> None:
    assert objective_values({**RUNGS, 2: (-math.inf,), 5: (math.nan,)}, None, objective("best")) == (4.0,)


@pytest.mark.parametrize("value", ["mean_last_3", "last", "best"])
def test_without_evaluations_there_is_no_value(value: str) -> None:
    (said,) = objective_values({}, None, objective(value))
    assert math.isnan(said)


def test_every_objective_is_read_from_an_evaluation() -> None:
    protocol = Protocol("none", "", 1, 1, "test")
    said = Evaluation(10, 1, "ema", False, (MetricValue("a", 1.0, protocol), MetricValue("b", 2.0, protocol)), 0.1)
    assert evaluation_values(said, (Objective("b"), Objective("a"))) == (2.0, 1.0)
    with pytest.raises(StudyError, match=r"the objective 'c' must be measured; there are \['a', 'b'\]"):
        evaluation_values(said, (Objective("c"),))
