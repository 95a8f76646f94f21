"""The section ``evaluation``: what is measured beside the metrics that always are."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gansearch import plugins
from gansearch.errors import SpaceError
from gansearch.space import SearchSpace, load_space
from gansearch.space.evaluation import EvaluationSettings

Read = Callable[..., SearchSpace]

PLUGIN = '''
"""Metrics for tests. Source: none."""
from dataclasses import dataclass
from typing import ClassVar

from gansearch.metrics import Metric

@dataclass(frozen=True, kw_only=True)
class _Zero(Metric):
    unit: ClassVar[str] = ""
    direction: ClassVar[str] = "minimize"
    source: ClassVar[str] = "none"

    def measure(self, *, real, fake):
        return 0.0

@dataclass(frozen=True, kw_only=True)
class Asked(_Zero):
    """Zero, at the end, where it is asked for."""
    name: ClassVar[str] = "asked_zero"
    when: ClassVar[str] = "asked"

@dataclass(frozen=True, kw_only=True)
class Classes(_Zero):
    """Zero, at the end, of classes."""
    name: ClassVar[str] = "class_zero"
    when: ClassVar[str] = "end"
    needs_classifier: ClassVar[bool] = True

@dataclass(frozen=True, kw_only=True)
class Inception(_Zero):
    """Zero, by Inception weights."""
    name: ClassVar[str] = "inception_zero"
    when: ClassVar[str] = "asked"
    view: ClassVar[str] = "inception"
'''


@pytest.fixture(autouse=True)
def metric_plugin(tmp_path_factory: pytest.TempPathFactory, no_plugin_files: None) -> None:
    path = tmp_path_factory.mktemp("metrics") / "zeros.py"
    path.write_text(PLUGIN, encoding="utf-8")
    plugins.load_file(path)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", EvaluationSettings()),
        ("evaluation: {}", EvaluationSettings()),
        ("evaluation: {also: [asked_zero]}", EvaluationSettings(("asked_zero",))),
        ("evaluation: {inception_weights: a/b.pth}", EvaluationSettings((), "a/b.pth")),
        (
            "evaluation: {also: [inception_zero, asked_zero], inception_weights: w}",
            EvaluationSettings(("inception_zero", "asked_zero"), "w"),
        ),
    ],
)
def test_it_is_read(read: Read, text: str, wanted: EvaluationSettings) -> None:
    assert read(text).evaluation == wanted


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("evaluation: {also: asked_zero}", r":4: evaluation.also: must be a list of metrics; got asked_zero"),
        ("evaluation: {also: {choice: [asked_zero]}}", r"evaluation.also: must be a list of metrics"),
        ("evaluation: {also: [asked_zer]}", r"must be .*; got asked_zer \(did you mean 'asked_zero'"),
        ("evaluation: {also: [asked_zero, asked_zero]}", r"must differ from the other metrics"),
        ("evaluation: {also: [coverage]}", r"must be a metric of the end of a trial: this one is measured at every"),
        ("evaluation: {also: [class_zero]}", r"must be a metric that the data set allows: it has no classifier"),
        ("evaluation: {also: [inception_zero]}", r"must stand with Inception weights: .*--inception-weights FILE"),
        ("evaluation: {inception_weights: 3}", r"evaluation.inception_weights: must be a word; got 3"),
        ("evaluation: {inception_weights: ''}", r"evaluation.inception_weights: must be a word"),
        ("evaluation: {alos: []}", r"must be a key of evaluation: .*got alos \(did you mean 'also'\?\)"),
        ("evaluation: all", r"evaluation: must be a mapping"),
        ("evalution: {}", r"must be a section.*\(did you mean 'evaluation'\?\)"),
    ],
)
def test_what_is_wrong_is_told(read: Read, text: str, told: str) -> None:
    with pytest.raises(SpaceError, match=told):
        read(text)


def test_weights_can_come_from_the_command_line() -> None:
    space = load_space(
        "ring", {"evaluation.also": "[inception_zero]", "evaluation.inception_weights": '"/weights/1e4"'}
    )
    assert space.evaluation == EvaluationSettings(("inception_zero",), "/weights/1e4")
