"""Where only so many tricks may be on, a few are asked for in each trial, and none is favoured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import optuna

from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.study import Study
from gansearch.study.asking import parameters_of
from gansearch.study.extension import add_extension
from gansearch.study.planned import planned_assignments

Space = Callable[..., SearchSpace]

NAMES = ("ema", "instance_noise", "label_flips", "label_smoothing", "spherical_latents")
LIMITED = f"""
name: limited
dataset: {{name: ring}}
generator: {{layers: {{int: [2, 5]}}}}
tricks:
{chr(10).join(f"  {name}: {{choice: [true, false]}}" for name in NAMES)}
training: {{epochs: 3, evaluate_every: 1}}
plan: {{kind: search, trials: 60, sampler: random, max_active_tricks: 1, objective: {{metric: sample_spread, direction: minimize}}}}
"""  # noqa: E501 (YAML)


def switches(parameters: Any) -> list[str]:
    return [path for path in parameters if path.endswith(".enabled")]


def on(parameters: Any) -> list[str]:
    return [path.split(".")[1] for path, value in parameters.items() if path.endswith(".enabled") and value]


def test_no_trick_is_favoured(small_space: Space) -> None:
    space = small_space({"plan.trials": 200}, yaml=LIMITED)
    chosen = Counter(name for each in planned_assignments(space, "s", 3) for name in on(each.parameters))
    total = sum(chosen.values())
    assert 120 <= total <= 180  # three in four, of two that are drawn and are on with even chances
    assert all(0.7 < chosen[name] / (total / len(NAMES)) < 1.3 for name in NAMES)


def test_few_switches_are_asked_for(small_space: Space) -> None:
    for each in planned_assignments(small_space({"plan.max_active_tricks": 2}, yaml=LIMITED), "s", 3):
        assert 2 <= len(switches(each.parameters)) <= 4
        assert len(on(each.parameters)) <= 2


def test_an_extension_asks_for_no_more(small_space: Space) -> None:
    space = small_space(yaml=LIMITED)
    study = optuna.create_study()
    old = study.ask()
    parameters = parameters_of(space, old, study._storage.get_trial(old._trial_id), study_seed=1)
    study.tell(old, 0.0)
    study.tell(study.ask(), 0.0)
    new = add_extension(study, study.trials[0], 20)
    trial = optuna.Trial(study, new._trial_id)
    assert parameters_of(space, trial, new, study_seed=1) == parameters


def test_a_trial_of_a_list_asks_for_no_more(small_space: Space) -> None:
    space = small_space(yaml=LIMITED)
    study = optuna.create_study()
    study.enqueue_trial({"generator.layers": 2, "tricks.ema.enabled": False})
    trial = study.ask()
    found = parameters_of(space, trial, study._storage.get_trial(trial._trial_id), study_seed=1)
    assert found == {"generator.layers": 2, "tricks.ema.enabled": False}


def test_priors_stand_beside_what_is_drawn(small_space: Space, folder: Storage, runner: Any) -> None:
    belief = {"strength": 30, "tricks.ema.enabled": {"value": True, "weight": 1.0}}
    space = small_space({"plan.max_active_tricks": 2, "plan.trials": 30, "priors": belief}, yaml=LIMITED)
    with Study.create(space, name="s", storage=folder, seed=1) as study:
        done = runner(study).drain()
    assert all("ema" in on(each.parameters) for each in done)
    assert {name for each in done for name in on(each.parameters)} == set(NAMES)


def test_a_resumed_study_asks_in_the_same_order(small_space: Space, folder: Storage, runner: Any) -> None:
    space = small_space({"plan.trials": 9}, yaml=LIMITED)
    with Study.create(space, name="s", storage=folder, seed=5) as study:
        open_, *_ = [study.ask() for _ in range(3)]
    assert open_ is not None
    done = []
    for _ in range(3):
        with Study.open("s", folder) as study:
            done += runner(study).drain(3)
    assert sorted(done, key=lambda each: each.identity) == [
        replaced(each, done) for each in planned_assignments(space, "s", 5)
    ]


def replaced(wanted: Any, done: list[Any]) -> Any:
    """The planned assignment, at the attempt that was really run."""
    return replace(wanted, attempt=next(each.attempt for each in done if each.identity == wanted.identity))


def test_what_a_queued_trial_says_counts_first(small_space: Space, folder: Storage, runner: Any) -> None:
    queue = [{f"tricks.{name}.enabled": True} for name in NAMES]
    space = small_space({"plan.enqueue": queue, "plan.trials": 5}, yaml=LIMITED)
    with Study.create(space, name="s", storage=folder, seed=1) as study:
        done = runner(study).drain()
    assert [on(each.parameters) for each in done] == [[name] for name in NAMES]
