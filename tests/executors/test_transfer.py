from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gansearch.errors import StudyError, StudyNotFoundError
from gansearch.executors.transfer import Source, check_searches, taken_over, transfer
from gansearch.records import Setting
from gansearch.space import SearchSpace, load_space, parse_space
from gansearch.storage.place import study_storage
from gansearch.study import Study, open_readonly
from gansearch.study.contenders import Contender
from gansearch.study.transferred import LeftOut
from gansearch.testing.studies import run_study

Ring = Callable[..., SearchSpace]
NEW = """
name: new
dataset: {name: grid}
generator: {layers: {int: [2, 7]}, width: 64, slope: {float: [0.1, 0.3]}}
optimizer: {generator: {lr: {float: [1e-5, 1e-3], log: true}}}
tricks:
  label_smoothing: {enabled: {choice: [true, false]}, real: {float: [0.7, 1.0]}}
  instance_noise: {enabled: {choice: [true, false]}}
  gradient_penalty: {choice: [off, r1_penalty]}
training: {epochs: 20, evaluate_every: 5}
plan: {kind: search, trials: 9, enqueue: [defaults]}
"""


@pytest.fixture
def new() -> SearchSpace:
    return parse_space(NEW, "new.yaml")


def contender(**settings: Setting) -> Contender:
    return Contender(3, {path.replace("__", "."): value for path, value in settings.items()}, 1.5, 1)


def test_values_are_taken_where_they_are_searched_and_allowed(new: SearchSpace) -> None:
    there = contender(
        generator__layers=9,
        generator__width=128,
        optimizer__generator__lr=5e-4,
        tricks__label_smoothing__enabled=True,
        tricks__label_smoothing__real=0.9,
        tricks__gradient_penalty="wgan_gp",
        dataset__name="ring",
    )
    parameters, said = taken_over(new, there)
    assert new.settings(parameters)["optimizer.generator.lr"] == 5e-4
    defaults = new.default_parameters()
    assert parameters["generator.layers"] == defaults["generator.layers"]
    assert (parameters["tricks.label_smoothing.enabled"], parameters["tricks.label_smoothing.real"]) == (True, 0.9)
    assert said.taken == (
        "optimizer.generator.lr",
        "tricks.label_smoothing.enabled",
        "tricks.label_smoothing.real",
    )
    assert said.missing == ("generator.slope", "tricks.instance_noise.enabled")
    assert {one.parameter: one.rule for one in said.left_out} == {
        "generator.layers": "must be a whole number in [2, 7]",
        "generator.width": "is 64 here",
        "tricks.gradient_penalty": "must be one of off, r1_penalty",
    }
    assert said.left_out[0] == LeftOut("generator.layers", 9, "must be a whole number in [2, 7]")


def test_a_value_that_is_not_asked_for_here_is_not_missed(new: SearchSpace) -> None:
    parameters, said = taken_over(new, contender(tricks__label_smoothing__enabled=False, generator__layers=3))
    assert "tricks.label_smoothing.real" not in parameters
    assert "tricks.label_smoothing.real" not in said.missing


def test_a_limit_on_tricks_holds() -> None:
    space = parse_space(NEW, "new.yaml", {"plan.max_active_tricks": 1})
    both = contender(tricks__label_smoothing__enabled=True, tricks__instance_noise__enabled=True)
    parameters, said = taken_over(space, both)
    settings = space.settings(parameters)
    on = [path for path in ("tricks.label_smoothing.enabled", "tricks.instance_noise.enabled") if settings[path]]
    assert len(on) == 1
    assert [one.rule for one in said.left_out] == ["is false here"]


def test_the_best_come_first_in_the_queue_and_once(ring: Ring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANSEARCH_HOME", str(tmp_path))
    run_study(ring(training__epochs=1), "rings")
    space = ring(training__epochs=1, name="again", plan__trials=5)
    begun, said = transfer(space, Source("rings", top=3))
    assert [each.number for each in said.configurations] == sorted(range(3), key=lambda n: values("rings")[n])
    assert len(begun.plan.enqueue) == 3  # the defaults, which the space queues itself, are among the best three
    assert (said.study, said.metric) == ("rings", "frechet_distance")
    assert parse_space(begun.source, begun.origin) == begun

    storage = study_storage("again")
    with Study.create(begun, name="again", storage=storage, seed=1) as study:
        first = study.ask()
        assert first is not None
        assert first.parameters == dict(begun.plan.enqueue[0])
    with Study.open("again", storage) as study:
        asked = [run.parameters for run in iter(study.ask, None)]
    assert asked[:3] == [dict(each) for each in begun.plan.enqueue]
    assert len(asked) == 5
    assert asked[3] not in asked[:3]


def values(name: str) -> list[float]:
    with open_readonly(name, study_storage(name)) as study:
        return [row.value or 0.0 for row in study.trials()]


def test_nothing_in_common_and_no_study_are_refused(
    ring: Ring, new: SearchSpace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANSEARCH_HOME", str(tmp_path))
    with pytest.raises(StudyNotFoundError, match="there is no study 'rings'"):
        transfer(new, Source("rings"))
    run_study(ring(training__epochs=1, plan__trials=1), "rings")
    strange = parse_space(
        "name: strange\ndataset: {name: ring}\ntricks: {ema: {enabled: {choice: [true, false]}}}\nplan: {trials: 3}\n",
        "s",
    )
    with pytest.raises(StudyError, match="they have none among tricks"):
        transfer(strange, Source("rings"))


@pytest.mark.parametrize(("name", "kind"), [("ring", "grid"), ("seed_003/e03", "grid")])
def test_a_plan_that_lists_what_it_tries_is_refused(name: str, kind: str) -> None:
    with pytest.raises(StudyError, match=f"must stand with a plan that searches, plan.kind: search; .* is a {kind},"):
        check_searches(load_space(name))


def test_so_is_a_search_by_a_grid() -> None:
    text = "name: g\ndataset: {name: ring}\ngenerator: {layers: {int: [2, 3]}}\nplan: {sampler: grid}\n"
    with pytest.raises(StudyError, match="that of 'g' is a grid"):
        check_searches(parse_space(text, "g.yaml"))
