"""Spaces with a training script of the user's own: what is read, and every mistake with its line, key and rule."""

# ruff: noqa: E501 (a table: one case a line)

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gansearch.dimensions import Choice, Float, Int
from gansearch.errors import SpaceError, TrainingError
from gansearch.space import SearchSpace, load_space, parse_space, resolve

SCRIPT = """
import gansearch
rate = 3e-4
def train(lr=1e-2, *, width=64, name="x", depth=len("ab")): ...
p = gansearch.parameters(lr=rate, width=32, act="relu", momentum=[0.9][0])
"""
HEAD = """\
name: own
script: train.py
dataset: {name: ring}
training: {epochs: 7}
plan: {trials: 5, pruner: hyperband}
"""
Read = Callable[..., SearchSpace]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads what stands below a head of name, script, data set, training and plan."""
    (tmp_path / "train.py").write_text(SCRIPT, encoding="utf-8")

    def parse(body: str = "", head: str = HEAD, **overrides: object) -> SearchSpace:
        changes = {key.replace("__", "."): value for key, value in overrides.items()}
        return parse_space(head + body, str(tmp_path / "own.yaml"), changes)

    return parse


def problems(read: Read, body: str = "", head: str = HEAD) -> list[tuple[int, str, str, str | None]]:
    with pytest.raises(SpaceError, match=r"own\.yaml") as caught:
        read(body, head)
    return [(each.line, each.key, each.rule, each.suggestion) for each in caught.value.problems]


def test_parameters_take_any_dimension_and_any_fixed_value(read: Read) -> None:
    space = read(
        "parameters: {lr: {float: [1e-5, 1e-3], log: true}, width: {int: [8, 64]}, "
        "act: {choice: [relu, elu, null]}, momentum: off}\n"
    )
    assert {each.path: each.dimension for each in space.parameters} == {
        "parameters.lr": Float(1e-5, 1e-3, log=True),
        "parameters.width": Int(8, 64),
        "parameters.act": Choice(("relu", "elu", None)),
    }
    settings = space.settings(space.default_parameters())
    assert space.script is not None
    assert {path: value for path, value in settings.items() if not path.startswith("dataset.")} == {
        "parameters.act": "relu",
        "parameters.lr": 3e-4,
        "parameters.momentum": "off",
        "parameters.width": 32,
        "script.file": "train.py",
        "script.sha256": space.script.sha256,
        "training.epochs": 7,
    }
    assert space.plan.pruner["max_resource"] == 7


def test_defaults_that_the_text_does_not_tell_are_the_middle(read: Read) -> None:
    space = read("parameters: {momentum: {float: [1e-4, 1e-2], log: true}}\n")
    assert space.default_parameters()["parameters.momentum"] == pytest.approx(1e-3)


def test_conditions_name_parameters_by_their_path(read: Read) -> None:
    space = read("parameters: {act: {choice: [relu, elu]}, lr: {float: [1e-5, 1e-3], when: {parameters.act: elu}}}\n")
    assert "parameters.lr" not in space.settings({"parameters.act": "relu"})
    assert space.settings({"parameters.act": "elu", "parameters.lr": 1e-4})["parameters.lr"] == 1e-4


def test_a_function_names_its_own_arguments(read: Read) -> None:
    head = HEAD.replace("script: train.py", "script: {file: train.py, function: train}")
    space = read("parameters: {depth: {int: [1, 3]}, name: y, lr: {float: [1e-5, 1e-1]}}\n", head)
    assert space.default_parameters() == {"parameters.depth": 2, "parameters.lr": 1e-2}
    assert space.fixed["script.function"] == "train"


def test_changes_from_the_command_line(read: Read) -> None:
    space = read("parameters: {lr: {float: [1e-5, 1e-3]}}\n", parameters__lr="2e-4", training__epochs=3)
    assert (space.fixed["parameters.lr"], space.fixed["training.epochs"]) == (2e-4, 3)
    assert parse_space(space.source, space.origin) == space


def test_names_are_not_checked_where_the_text_leaves_them_open(read: Read, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("import gansearch as gs\np = gs.parameters(**{'a': 1})\n", encoding="utf-8")
    assert read("parameters: {a: {int: [1, 2]}}\n").parameters[0].path == "parameters.a"
    (tmp_path / "train.py").write_text("from gansearch import parameters as ask\nask(b=1)\n", encoding="utf-8")
    with pytest.raises(SpaceError, match=r"must be a parameter that train.py names: b; got a"):
        read("parameters: {a: {int: [1, 2]}}\n")


def test_a_changed_script_changes_the_hash(read: Read, tmp_path: Path) -> None:
    before = read().fixed["script.sha256"]
    (tmp_path / "train.py").write_text(SCRIPT + "# changed\n", encoding="utf-8")
    assert read().fixed["script.sha256"] != before


def test_a_metric_of_the_scripts_own_is_an_objective_with_its_direction(read: Read) -> None:
    head = HEAD.replace("dataset: {name: ring}\n", "")
    space = read("", head.replace("pruner:", "objective: {metric: fid, direction: minimize}, pruner:"))
    assert (space.plan.objectives[0].metric, space.plan.objectives[0].direction) == ("fid", "minimize")
    assert "dataset.name" not in space.fixed


PLAN = "plan: {trials: 5, pruner: hyperband}"
KEYS = "file, function, modules, sha256"
CASES: dict[str, tuple[str, str, tuple[int, str, str, str | None]]] = {
    "no file": ("", HEAD.replace("train.py", "trian.py"), (2, "script.file", "must be a file that exists, relative to the folder of own.yaml", None)),
    "no python": ("", HEAD.replace("train.py", "train.sh"), (2, "script.file", "must be a Python file, as train.py", None)),
    "a list": ("", HEAD.replace("train.py", "[train.py]"), (2, "script.file", "must be a word", None)),
    "an unknown key": ("", HEAD.replace("train.py", "{file: train.py, funktion: train}"), (2, "script.funktion", f"must be a key of script: {KEYS}", "function")),
    "no file in the mapping": ("", HEAD.replace("train.py", "{function: train}"), (2, "script.file", "must be given: a Python file, relative to the folder of this file", None)),
    "an unknown function": ("", HEAD.replace("train.py", "{file: train.py, function: trian}"), (2, "script.function", "must be a function at the top of train.py: train", "train")),
    "a module that is missing": ("", HEAD.replace("train.py", "{file: train.py, modules: [models.py]}"), (2, "script.modules[0]", "must be a file that exists, relative to the folder of own.yaml", None)),
    "a module twice": ("", HEAD.replace("train.py", "{file: train.py, modules: [./train.py]}"), (2, "script.modules[0]", "must differ in its name from the other files of the script", None)),
    "a pruner that pauses": ("", HEAD.replace("hyperband", "promotion"), (5, "plan.pruner", "must not stand with a script: whether one goes on from its checkpoint is not known before it runs", None)),
    "a network": ("generator: {layers: 3}\n", HEAD, (6, "generator", "must not stand beside script, which has its own networks and training", None)),
    "an unknown parameter": ("parameters:\n  lrr: 3\n", HEAD, (7, "parameters.lrr", "must be a parameter that train.py names: lr, width, act, momentum", "lr")),
    "no name of Python": ("parameters: {a-b: 3}\n", HEAD, (6, "parameters.a-b", "must be a name of Python: letters, digits and underscores", None)),
    "a list for a value": ("parameters: {lr: [1, 2]}\n", HEAD, (6, "parameters.lr", "must be a number, a word, true, false or null, or a dimension such as {choice: [a, b]}", None)),
    "no number": ("parameters: {lr: .nan}\n", HEAD, (6, "parameters.lr", "must be a finite number", None)),
    "bounds the wrong way": ("parameters: {lr: {float: [1, 0]}}\n", HEAD, (6, "parameters.lr.float", "must be [low, high] with low not above high", "[0, 1]")),
    "a choice twice": ("parameters: {lr: {choice: [1, 2, 1]}}\n", HEAD, (6, "parameters.lr.choice[2]", "must differ from the other choices", None)),
    "no parameters": ("parameters: 3\n", HEAD, (6, "parameters", "must be a mapping from the script's parameters to values or dimensions", None)),
    "no epochs": ("", HEAD.replace("training: {epochs: 7}\n", ""), (1, "training.epochs", "must be given: how many evaluations the script reports", None)),
    "a batch size": ("", HEAD.replace("epochs: 7", "epochs: 7, batch_size: 3"), (4, "training.batch_size", "must be a key of training beside script: epochs", None)),
    "searched epochs": ("", HEAD.replace("epochs: 7", "epochs: {int: [1, 2]}"), (4, "training.epochs", "must be fixed: trials are compared after equal training", None)),
    "lanes": ("resources: {lanes: 4}\n", HEAD, (6, "resources.lanes", "must be 1 or auto beside script, which trains one trial at a time", None)),
    "no data and no objective": ("", HEAD.replace("dataset: {name: ring}\n", ""), (4, "plan.objective", "must be given: without a data set only the script knows metrics", None)),
    "parameters of nothing": ("", "name: own\ndataset: {name: ring}\nplan: {trials: 3}\nparameters: {lr: 3}\n", (4, "parameters", "must stand beside script, whose parameters they are", None)),
    "another hash": ("", HEAD.replace("train.py", "{file: train.py, sha256: abc}"), (2, "script.sha256", "", None)),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_mistake_is_told_with_its_place(read: Read, name: str) -> None:
    body, head, (line, key, rule, suggestion) = CASES[name]
    (found,) = problems(read, body, head)
    assert found[:2] == (line, key)
    assert found[2].startswith(rule)
    assert found[3] == suggestion


def test_an_unknown_metric_without_a_direction_is_probably_misspelt(read: Read) -> None:
    (found,) = problems(read, "", HEAD.replace("pruner:", "objective: frechet_distanc, pruner:"))
    assert found[1] == "plan.objective.metric"
    assert found[2].startswith("must stand with direction where the script gives it, or be one of ")
    assert found[3] == "frechet_distance"


def test_a_script_that_is_no_python(read: Read, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("x = (\n", encoding="utf-8")
    assert problems(read) == [(2, "script.file", "must be Python: '(' was never closed (line 1)", None)]


def test_the_script_lies_relative_to_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "train.py").write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "own.yaml").write_text(HEAD.replace("train.py", "code/train.py"), encoding="utf-8")
    monkeypatch.chdir(tmp_path / "code")
    space = load_space("../own.yaml")
    assert space.fixed["script.file"] == "train.py"


def test_such_settings_are_no_configuration_of_the_package(read: Read) -> None:
    space = read()
    with pytest.raises(TrainingError, match=r"trained by the script train.py"):
        resolve(space.settings({}))
