from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from gansearch.errors import StudyError
from gansearch.records import End
from gansearch.space import SearchSpace
from gansearch.space.options import SAMPLERS as ALLOWED
from gansearch.storage import Storage
from gansearch.study import Study
from gansearch.study.samplers import SAMPLERS, SEARCH_SPACES, build_sampler

Space = Callable[..., SearchSpace]

NAMES = [name for name in SAMPLERS if name != "grid"]

OPTIONS: dict[str, dict[str, Any]] = {
    "tpe": {"n_startup_trials": 3, "n_ei_candidates": 8, "multivariate": True, "group": True, "constant_liar": False},
    "random": {},
    "gp": {"n_startup_trials": 3, "deterministic_objective": True},
    "cmaes": {"n_startup_trials": 2, "sigma0": 0.2, "popsize": 4, "consider_pruned_trials": True},
    "qmc": {"qmc_type": "halton", "scramble": False},
    "nsgaii": {"population_size": 4, "mutation_prob": 0.2, "crossover_prob": 0.8, "swapping_prob": 0.4},
}


def test_every_sampler_that_a_space_allows_can_be_made() -> None:
    assert set(SAMPLERS) == set(ALLOWED)


@pytest.mark.parametrize("name", NAMES)
def test_ten_trials_on_a_conditional_space(name: str, small_space: Space, folder: Storage, runner: Any) -> None:
    with Study.create(small_space({"plan.sampler": name}), name="s", storage=folder, seed=1) as study:
        done = runner(study).drain()
        assert study.status().counts == {"completed": 10}
    assert len({tuple(sorted(each.parameters.items(), key=str)) for each in done}) == 10


@pytest.mark.parametrize("name", NAMES)
def test_with_all_its_options_and_runs_that_die(name: str, small_space: Space, folder: Storage, runner: Any) -> None:
    space = small_space({"plan.sampler": {"name": name, **OPTIONS[name]}, "plan.trials": 9})
    ends = [End.COMPLETED, End.COLLAPSED, End.FAILED, End.PRUNED]
    with Study.create(space, name="s", storage=folder, seed=1) as study:
        play = runner(study)
        for number in range(9):
            assignment = study.ask()
            play.report(assignment, 1, float(number))
            play.end(assignment, ends[number % 4], epoch=1)
        assert study.status().counts == {"completed": 3, "collapsed": 2, "failed": 2, "pruned": 2}


def test_cmaes_without_its_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cmaes", None)
    with pytest.raises(StudyError, match=r"pip install gansearch\[samplers\]"):
        build_sampler({"name": "cmaes"}, study_seed=1, number=0, is_shared=False)


def test_every_option_that_a_space_allows_is_tried_here() -> None:
    tried = {name: set(options) for name, options in OPTIONS.items()}
    tried["cmaes"] |= {"use_separable_cma", "with_margin", "lr_adapt"}
    assert tried == {name: set(ALLOWED[name]) for name in OPTIONS}


@pytest.mark.parametrize("option", ["use_separable_cma", "with_margin", "lr_adapt"])
def test_options_of_cmaes_that_exclude_each_other(option: str) -> None:
    build_sampler({"name": "cmaes", option: True}, study_seed=1, number=0, is_shared=False)


@pytest.mark.parametrize("name", NAMES)
def test_a_resumed_study_chooses_as_an_uninterrupted_one(
    name: str, small_space: Space, folder: Storage, runner: Any
) -> None:
    space = small_space({"plan.sampler": name, "plan.trials": 6})
    with Study.create(space, name="s", storage=folder.folder("once"), seed=1) as study:
        whole = runner(study).drain()
    parts = []
    Study.create(space, name="s", storage=folder.folder("parts"), seed=1).close()
    for _ in range(3):
        with Study.open("s", folder.folder("parts")) as study:
            parts += runner(study).drain(2)
    assert [each.parameters for each in parts] == [each.parameters for each in whole]
    assert [each.seed for each in parts] == [each.seed for each in whole]


@pytest.mark.parametrize(
    "options",
    [{"name": "tpe"}, {"name": "tpe", "multivariate": True, "group": True}, {"name": "gp"}, {"name": "nsgaii"}],
)
def test_what_is_carried_over_saves_time_and_changes_nothing(
    options: dict[str, Any], small_space: Space, folder: Storage, runner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = {"tpe": {"n_startup_trials": 3}, "gp": {"n_startup_trials": 3}, "nsgaii": {"population_size": 4}}
    sampler = {**options, **start[options["name"]]}
    chosen = []
    for names in (SEARCH_SPACES, ()):
        monkeypatch.setattr("gansearch.study.samplers.SEARCH_SPACES", names)
        space = small_space({"plan.sampler": sampler, "plan.trials": 12, "plan.pruner": "median"})
        with Study.create(space, name="s", storage=folder.folder(str(len(names))), seed=1) as study:
            chosen.append([each.parameters for each in runner(study).drain()])
    assert chosen[0] == chosen[1]
    assert any(hasattr(build_sampler(sampler, study_seed=1, number=0, is_shared=False), name) for name in SEARCH_SPACES)


@pytest.mark.parametrize("name", ["tpe", "random", "nsgaii", "gp", "qmc"])
def test_several_objectives(name: str, small_space: Space, folder: Storage, runner: Any) -> None:
    objectives = [{"metric": "sample_spread", "value": "last"}, {"metric": "sample_spread", "value": "best"}]
    space = small_space({"plan.sampler": name, "plan.objective": objectives, "plan.trials": 4})
    with Study.create(space, name="s", storage=folder, seed=1) as study:
        assert len(runner(study).drain()) == 4
        assert study.status().counts == {"completed": 4}


def test_tpe_learns_where_runs_die(small_space: Space, folder: Storage, runner: Any) -> None:
    sampler = {"name": "tpe", "n_startup_trials": 10}
    with Study.create(
        small_space({"plan.sampler": sampler, "plan.trials": 60}), name="s", storage=folder, seed=2
    ) as study:
        play, died = runner(study), []
        while (assignment := study.ask()) is not None:
            died.append(int(assignment.parameters["generator.layers"] or 0) >= 4)
            play.report(assignment, 1, 1.0)
            play.end(assignment, End.COLLAPSED if died[-1] else End.COMPLETED, epoch=1)
    assert sum(died[:10]) >= 3
    assert sum(died[20:]) <= 12


def test_cmaes_is_refused_where_others_can_write_its_state() -> None:
    with pytest.raises(StudyError, match="cmaes must not be used with a database or a shared folder: it unpickles"):
        build_sampler({"name": "cmaes"}, study_seed=1, number=0, is_shared=True)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"name": "nonsense"}, "a sampler must be one of .*; got 'nonsense'"),
        ({"name": "tpe", "nonsense": 1}, "the sampler tpe cannot be made with .*nonsense"),
        ({"name": "qmc", "qmc_type": "x"}, "the sampler qmc cannot be made with"),
    ],
)
def test_what_cannot_be_made_is_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(StudyError, match=said):
        build_sampler(options, study_seed=1, number=0, is_shared=False)
