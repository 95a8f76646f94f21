"""A study's noise floor: measured by its driver, once, and never in the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from gansearch.errors import DataError
from gansearch.executors import noise_measuring
from gansearch.executors.launch import LaunchOptions, launch, trial_context
from gansearch.executors.noise_measuring import keep_noise_floor
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.storage.home import study_dir
from gansearch.study import Study
from gansearch.study.noise_floor import has_noise_floor, read_noise_floor
from gansearch.trial.context import TrialContext

LOCAL = LaunchOptions(executor="local")


@pytest.fixture
def study(ring: Callable[..., SearchSpace]) -> Iterator[Study]:
    """Made, and not begun."""
    with closing(Study.create(ring(), name="rings", storage=Storage(study_dir("rings")), seed=1)) as made:
        yield made


@pytest.fixture
def context(study: Study) -> TrialContext:
    return trial_context(study.space, study.storage, LOCAL)


def refuse(*_: object) -> None:
    raise DataError("the points are gone")


def test_a_launch_keeps_the_floors_of_both_moments(ring: Callable[..., SearchSpace]) -> None:
    result = launch(ring(), LOCAL)
    every = read_noise_floor(Storage(study_dir("rings")))
    floors = [floor for floor in every if floor.metric == "frechet_distance"]
    assert [(floor.repeats, floor.protocol.samples) for floor in floors] == [(10, 320), (3, 320)]
    assert result.report is not None
    assert "at n = 320" in result.report.markdown.read_text(encoding="utf-8")


def test_what_a_study_has_is_not_measured_again(
    study: Study, context: TrialContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    keep_noise_floor(study, context, "rung", told.append)
    kept = read_noise_floor(study.storage)
    assert {floor.metric for floor in kept} >= {"frechet_distance", "coverage", "modes_covered"}
    monkeypatch.setattr(noise_measuring, "noise_floors", refuse)
    keep_noise_floor(study, context, "rung", told.append)
    assert read_noise_floor(study.storage) == kept
    assert told == []


def test_a_floor_that_cannot_be_measured_is_told(
    study: Study, context: TrialContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(noise_measuring, "noise_floors", refuse)
    told: list[str] = []
    keep_noise_floor(study, context, "end", told.append)
    assert told == ["the noise floor of the metrics is not known: the points are gone"]
    assert not has_noise_floor(study.storage, "end")
