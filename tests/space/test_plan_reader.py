"""Plans that can work, and what is filled in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gansearch.detectors import detectors
from gansearch.errors import SpaceError
from gansearch.metrics import metrics
from gansearch.records import Setting
from gansearch.space import DetectorSettings, Objective, Plan, Resources, SearchSpace, parse_space
from gansearch.space.options import PRUNER_DEFAULTS, PRUNERS, SAMPLERS


def plan(written: str, rest: str = "") -> Plan:
    return parse_space(f"name: small\ndataset: ring\nplan: {written}\n{rest}", "small.yaml").plan


def test_what_is_left_out() -> None:
    assert plan("{trials: 5}") == Plan(
        kind="search",
        trials=5,
        replicates=1,
        sampler={"name": "tpe"},
        pruner={"name": "none"},
        objectives=(Objective("frechet_distance", "mean_last_3", "ema", "minimize"),),
        enqueue=(),
        seed=0,
    )


def test_a_number_of_trials_ends_a_search() -> None:
    assert plan("{trials: 3}").trials == 3


def test_a_grid_has_the_sampler_grid() -> None:
    found = plan("{kind: grid, replicates: 8, seed: 4}")
    assert (found.kind, found.sampler, found.replicates, found.seed) == ("grid", {"name": "grid"}, 8, 4)


@pytest.mark.parametrize("name", SAMPLERS)
def test_every_sampler_by_name(name: str) -> None:
    assert plan(f"{{trials: 5, sampler: {name}}}").sampler == {"name": name}


@pytest.mark.parametrize("name", PRUNERS)
def test_every_pruner_by_name(name: str) -> None:
    replicates = 2 if name == "wilcoxon" else 1
    found = plan(f"{{trials: 5, replicates: {replicates}, pruner: {name}}}").pruner
    assert found["name"] == name
    assert set(PRUNER_DEFAULTS.get(name, {})) <= set(found)


def test_options_are_kept_in_their_types() -> None:
    found = plan(
        "{trials: 5, sampler: {name: cmaes, sigma0: 1, popsize: 8}, pruner: {name: percentile, percentile: 50}}"
    )
    assert found.sampler == {"name": "cmaes", "sigma0": 1.0, "popsize": 8}
    assert found.pruner == {"name": "percentile", "percentile": 50.0}
    assert isinstance(found.sampler["sigma0"], float)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("hyperband", {"name": "hyperband", "min_resource": 1, "max_resource": 30}),
        ("{name: hyperband, max_resource: 20}", {"name": "hyperband", "min_resource": 1, "max_resource": 20}),
        ("successive_halving", {"name": "successive_halving", "min_resource": 7}),
        ("promotion", {"name": "promotion", "min_resource": 7, "reduction_factor": 4}),
        ("{name: promotion, min_resource: 2}", {"name": "promotion", "min_resource": 2, "reduction_factor": 4}),
    ],
)
def test_resources_of_pruners_are_explicit(written: str, expected: dict[str, Setting]) -> None:
    assert plan(f"{{trials: 5, pruner: {written}}}", "training: {epochs: 30}\n").pruner == expected


def test_several_objectives_in_every_form() -> None:
    found = plan("{trials: 5, sampler: nsgaii, objective: [recall, {metric: frechet_distance, value: best}]}")
    assert found.objectives == (
        Objective("recall", "mean_last_3", "ema", "maximize"),
        Objective("frechet_distance", "best", "ema", "minimize"),
    )
    (live,) = plan("{trials: 5, objective: {metric: recall, generator: live}}").objectives
    assert live.generator == "live"


def test_the_direction_can_be_given() -> None:
    (found,) = plan("{trials: 5, objective: {metric: recall, direction: minimize}}").objectives
    assert found.direction == "minimize"


@pytest.mark.parametrize(("data", "has_modes"), [("ring", True), ("mnist5k", False)])
def test_every_metric_can_be_an_objective_where_the_data_allows_it(data: str, has_modes: bool) -> None:
    for metric in metrics:
        text = f"name: small\ndataset: {data}\nplan: {{trials: 5, objective: {metric.name}}}\n"
        if metric.when != "rung":
            with pytest.raises(SpaceError, match=r"must be a metric of every evaluation: .* got " + metric.name):
                parse_space(text, "small.yaml")
        elif (metric.needs_modes and not has_modes) or (metric.needs_classifier and has_modes):
            with pytest.raises(
                SpaceError, match=r"objective\.metric: must be a metric that the data set allows: it has no"
            ):
                parse_space(text, "small.yaml")
        else:
            (found,) = parse_space(text, "small.yaml").plan.objectives
            assert found.direction == metric.direction


@pytest.mark.usefixtures("conflicting")
def test_a_metric_of_classes_needs_classes() -> None:
    with pytest.raises(SpaceError, match="must be a metric that the data set allows: it has no classes"):
        parse_space("name: a\ndataset: unlabelled\nplan: {trials: 5, objective: classes_covered}\n", "small.yaml")


def test_resources(read: Callable[[str], SearchSpace]) -> None:
    assert read("").resources == Resources(cpu=1.0, gpu=0.0, device="auto", lanes="auto", concurrent=None)
    found = read("resources: {cpu: 0, gpu: 0.5, device: cpu, lanes: 8, concurrent: 4}\n").resources
    assert found == Resources(cpu=0.0, gpu=0.5, device="cpu", lanes=8, concurrent=4)
    assert isinstance(found.cpu, float)


@pytest.mark.parametrize(
    ("resources", "device"),
    [
        ("{cpu: 2}", "cpu"),
        ("{device: auto}", "cpu"),
        ("{device: cpu}", "cpu"),
        ("{gpu: 0.25}", "cuda"),
        ("{gpu: 2, device: auto}", "cuda"),
        ("{gpu: 0.25, device: cpu}", "cpu"),
    ],
)
def test_trials_train_on_cuda_where_they_have_a_gpu(
    read: Callable[[str], SearchSpace], resources: str, device: str
) -> None:
    assert read(f"resources: {resources}\n").resources.trains_on == device


def test_the_device_is_auto_or_cpu(read: Callable[[str], SearchSpace]) -> None:
    with pytest.raises(SpaceError, match=r"resources\.device: must be one of auto, cpu; got cuda"):
        read("resources: {gpu: 1, device: cuda}\n")


def test_parts_are_of_one_gpu(read: Callable[[str], SearchSpace]) -> None:
    with pytest.raises(SpaceError, match=r"resources\.gpu: must be at most 1, or a whole number: .* got 1\.5"):
        read("resources: {gpu: 1.5}\n")
    assert [read(f"resources: {{gpu: {gpu}}}\n").resources.gpu for gpu in ("0.001", "1", "2.0")] == [0.001, 1.0, 2.0]


def test_detectors(read: Callable[[str], SearchSpace]) -> None:
    assert read("").detectors == DetectorSettings("enforce", 2.0, 2, {})
    found = read("detectors: {mode: off, grace_epochs: 1, patience: 3}\n").detectors
    assert found == DetectorSettings("off", 1.0, 3, {})
    found = read("detectors: {combine: 2, audit: 0.05, kinds: {stagnation: off, mode_collapse: shadow}}\n").detectors
    assert (found.combine, found.audit) == (2, 0.05)
    assert found.kinds == {"stagnation": "off", "mode_collapse": "shadow"}
    assert read("detectors: {combine: all}\n").detectors.combine == "all"


def test_a_change_to_one_detector_leaves_the_others_on(read: Callable[[str], SearchSpace]) -> None:
    found = read("detectors: {mode_collapse: {spread: 0.1, evaluations: 2}, stagnation: off}\n").detectors.detectors
    assert set(found) == set(detectors.names()) - {"stagnation"}
    assert found["mode_collapse"] == {"spread": 0.1, "evaluations": 2}
    assert found["non_finite"] == {}


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("mode_colapse: off", r"must be a key of detectors or a detector: .* \(did you mean 'mode_collapse'\?\)"),
        (
            "mode_collapse: on",
            r"detectors\.mode_collapse: must be off, or a mapping of fields of mode_collapse; got on",
        ),
        ("combine: most", r"detectors\.combine: must be any, all or a whole number of at least 1; got most"),
        ("combine: 0", r"detectors\.combine: must be any, all or a whole number of at least 1; got 0"),
        ("audit: 1.5", r"detectors\.audit: must be at most 1; got 1\.5"),
        (
            "kinds: shadow",
            r"detectors\.kinds: must be a mapping of kinds of failure to off, shadow or enforce; got shadow",
        ),
        ("kinds: {collapse: off}", r"kinds\.collapse: must be a kind of failure: .*; got collapse"),
        ("kinds: {diverged: off}", r"kinds\.diverged: must be a kind of failure: .*; got diverged"),
        ("kinds: {stagnation: on}", r"kinds\.stagnation: must be one of off, shadow, enforce; got on"),
        ("mode_collapse: {sprea: 0.1}", r"sprea: must be a field of mode_collapse: .* \(did you mean 'spread'\?\)"),
        ("mode_collapse: {spread: 2}", r"detectors\.mode_collapse\.spread: must be a number in \[0, 1\]; got 2"),
        (
            "mode_collapse: {spread: {float: [0, 1]}}",
            r"spread: must be fixed: detectors are no part of what is searched",
        ),
    ],
)
def test_detectors_that_cannot_be(read: Callable[[str], SearchSpace], written: str, message: str) -> None:
    with pytest.raises(SpaceError, match=message):
        read(f"detectors: {{{written}}}\n")


def test_not_every_detector_can_be_off(read: Callable[[str], SearchSpace]) -> None:
    off = ", ".join(f"{name}: off" for name in detectors.names())
    with pytest.raises(SpaceError, match="must leave a detector on; mode: off switches off all of them"):
        read(f"detectors: {{{off}}}\n")


def test_what_samplers_are_told_of_deaths() -> None:
    assert plan("{trials: 3}").deaths == "constraint"
    assert plan("{trials: 3, deaths: ignored}").deaths == "ignored"
    with pytest.raises(SpaceError, match=r"plan\.deaths: must be one of constraint, pruned, ignored; got all"):
        plan("{trials: 3, deaths: all}")
