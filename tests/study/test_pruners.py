from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from optuna.pruners import HyperbandPruner, PatientPruner, SuccessiveHalvingPruner

from gansearch.errors import StudyError
from gansearch.records import Decision, End
from gansearch.space import SearchSpace
from gansearch.space.options import PRUNERS as ALLOWED
from gansearch.storage import Storage
from gansearch.study import Study
from gansearch.study.pruners import PRUNERS, build_pruner

Space = Callable[..., SearchSpace]

WAITING = {"n_startup_trials": 1, "n_warmup_steps": 0, "interval_steps": 1, "n_min_trials": 1}
OPTIONS: dict[str, dict[str, Any]] = {
    "none": {},
    "median": WAITING,
    "percentile": {"percentile": 30.0, **WAITING},
    "successive_halving": {
        "min_resource": 1,
        "reduction_factor": 2,
        "min_early_stopping_rate": 0,
        "bootstrap_count": 0,
    },
    "hyperband": {"min_resource": 1, "max_resource": 9, "reduction_factor": 2, "bootstrap_count": 0},
    "patient": {"patience": 1, "min_delta": 0.0, "wrapped": "median"},
    "wilcoxon": {"p_threshold": 0.2, "n_startup_steps": 2},
    "promotion": {"min_resource": 1, "reduction_factor": 2},
}


def test_every_pruner_and_option_that_a_space_allows_is_tried_here() -> None:
    assert set(PRUNERS) == set(ALLOWED)
    assert {name: set(options) for name, options in OPTIONS.items()} == {name: set(ALLOWED[name]) for name in ALLOWED}


@pytest.mark.parametrize("name", list(PRUNERS))
@pytest.mark.parametrize("spelt", ["by name", "with options"])
def test_ten_trials_on_a_conditional_space(
    name: str, spelt: str, small_space: Space, folder: Storage, runner: Any
) -> None:
    pruner = {"name": name, **(OPTIONS[name] if spelt == "with options" else {})}
    replicates = 3 if name == "wilcoxon" else 1
    space = small_space({"plan.pruner": pruner, "plan.replicates": replicates})
    with Study.create(space, name="s", storage=folder, seed=1) as study:
        runner(study).drain()
        rows = study.trials()
    assert len(rows) == 10 * replicates
    assert {row.end for row in rows} <= {End.COMPLETED, End.PRUNED}
    if spelt == "with options" and name in (
        "median",
        "percentile",
        "successive_halving",
        "hyperband",
        "promotion",
    ):
        assert {row.end for row in rows} == {End.COMPLETED, End.PRUNED}
    if name == "none":
        assert {row.end for row in rows} == {End.COMPLETED}


def test_hyperband_prunes_before_any_trial_completes(small_space: Space, folder: Storage, runner: Any) -> None:
    pruner = {"name": "hyperband", "reduction_factor": 2}
    with Study.create(small_space({"plan.pruner": pruner}), name="s", storage=folder, seed=1) as study:
        play = runner(study)
        decisions = [play.report(study.ask(), 4, float(number)) for number in range(10)]
    assert decisions[0] is Decision.CONTINUE
    assert Decision.PRUNE in decisions


def test_resources_never_lie_below_the_first_evaluation() -> None:
    hyperband = build_pruner({"name": "hyperband", "min_resource": 1}, first_rung=5, epochs=100)
    halving = build_pruner({"name": "successive_halving", "min_resource": 20}, first_rung=5, epochs=100)
    assert isinstance(hyperband, HyperbandPruner)
    assert isinstance(halving, SuccessiveHalvingPruner)
    assert (hyperband._min_resource, hyperband._max_resource, halving._min_resource) == (5, 100, 20)


@pytest.mark.parametrize(("epochs", "lowest"), [(40, 10), (6, 1), (3, 1)])
def test_the_lowest_rung_of_a_wrapped_halving_is_a_quarter_of_the_epochs(epochs: int, lowest: int) -> None:
    options = {"name": "patient", "wrapped": "successive_halving"}
    pruner = build_pruner(options, first_rung=1, epochs=epochs)
    assert isinstance(pruner, PatientPruner)
    wrapped = pruner._wrapped_pruner
    assert isinstance(wrapped, SuccessiveHalvingPruner)
    assert wrapped._min_resource == lowest


@pytest.mark.parametrize("wrapped", ["none", "median", "percentile", "successive_halving", "hyperband"])
def test_patient_wraps_any_other(wrapped: str) -> None:
    pruner = build_pruner({"name": "patient", "patience": 4, "wrapped": wrapped}, first_rung=1, epochs=9)
    assert isinstance(pruner, PatientPruner)
    assert pruner._patience == 4
    assert (pruner._wrapped_pruner is None) == (wrapped == "none")


def test_a_decision_outlives_the_driver_that_made_it(small_space: Space, folder: Storage, runner: Any) -> None:
    space = small_space({"plan.pruner": {"name": "successive_halving", "min_resource": 1, "reduction_factor": 2}})
    with Study.create(space, name="s", storage=folder, seed=1) as study:
        play = runner(study)
        good, bad = study.ask(), study.ask()
        play.report(good, 1, 1.0)
        assert play.report(bad, 1, 9.0) is Decision.PRUNE
    with Study.open("s", folder) as study:
        rows = study.trials()
        assert [row.state for row in rows] == ["running", "pruned"]
        assert (rows[1].end, rows[1].reason) == (End.PRUNED, "pruned at rung 1")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"name": "nonsense"}, "a pruner must be one of .*; got 'nonsense'"),
        ({"name": "median", "nonsense": 1}, "the pruner median cannot be made with .*nonsense"),
        ({"name": "successive_halving", "reduction_factor": 1}, "the pruner successive_halving cannot be made"),
    ],
)
def test_what_cannot_be_made_is_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(StudyError, match=said):
        build_pruner(options, first_rung=1, epochs=9)
