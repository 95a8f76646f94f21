"""Importance of dimensions of which it is known how much they matter."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from gansearch.dimensions import Choice, Float, Int
from gansearch.records import Setting
from gansearch.space.parameters import Condition, SearchParameter
from gansearch.study import importance
from gansearch.study.importance import FANOVA, FEWEST, PED_ANOVA, Importances, Point, importances

PARAMETERS = (
    SearchParameter("rate", Float(1e-5, 1e-1, log=True)),
    SearchParameter("layers", Int(2, 7)),
    SearchParameter("activation", Choice(("relu", None, True))),
    SearchParameter("smoothing", Float(0.0, 1.0), (Condition("activation", choices=("relu",)),)),
)


def drawn(value: Callable[[dict[str, Setting]], float], n: int = 60) -> list[Point]:
    stream = np.random.default_rng(5)
    found = []
    for _ in range(n):
        parameters: dict[str, Setting] = {
            "rate": float(10 ** stream.uniform(-5, -1)),
            "layers": int(stream.integers(2, 8)),
            "activation": ("relu", None, True)[stream.integers(3)],
        }
        if parameters["activation"] == "relu":
            parameters["smoothing"] = float(stream.uniform())
        found.append(Point(parameters, value(parameters)))
    return found


def by_rate(parameters: dict[str, Setting]) -> float:
    return float(np.log10(float(str(parameters["rate"]))))


def found(points: list[Point], *, lower_is_better: bool = True) -> tuple[Importances, ...]:
    return importances(points, PARAMETERS, lower_is_better=lower_is_better, most_resamples=8)


def test_the_dimension_that_decides_stands_out_by_both() -> None:
    ped, fanova = found(drawn(by_rate))
    assert (ped.evaluator, fanova.evaluator) == (PED_ANOVA, FANOVA)
    for each in (ped, fanova):
        assert (each.n, each.resamples) == (60, 8)
        assert [share.path for share in each.outstanding] == ["rate"]
        assert sum(share.value for share in each.shares) == pytest.approx(1.0, abs=1e-9)
        assert all(0 <= share.low <= share.value <= share.high <= 1 for share in each.shares)
    assert 0.95 < fanova.shares[0].value <= 1.0  # by its logarithm nothing else has any part in it


def test_a_dimension_that_some_lack_is_left_out_by_fanova_alone() -> None:
    ped, fanova = found(drawn(by_rate))
    assert {share.path for share in ped.shares} == {"rate", "layers", "activation", "smoothing"}
    assert fanova.left_out == ("smoothing",)
    assert {share.path for share in fanova.shares} == {"rate", "layers", "activation"}


def test_the_same_points_give_the_same_numbers() -> None:
    points = drawn(by_rate, FEWEST)
    assert found(points) == found(points)


def test_to_maximise_is_to_minimise_the_negative() -> None:
    points = drawn(lambda parameters: float(str(parameters["layers"])))
    negative = [Point(point.parameters, -point.value) for point in points]
    (high, _), (low, _) = found(points, lower_is_better=False), found(negative)
    assert high.shares == low.shares


@pytest.mark.parametrize("points", [drawn(by_rate, FEWEST - 1), drawn(lambda _: 3.0), []])
def test_too_few_or_equal_values_say_nothing(points: list[Point]) -> None:
    assert found(points) == ()


def test_one_dimension_has_nothing_to_share() -> None:
    assert importances(drawn(by_rate), PARAMETERS[:1], lower_is_better=True) == ()


def test_the_work_does_not_grow_with_the_trials(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def counted(_: str, trials: list[object], paths: list[str], **__: object) -> dict[str, float]:
        asked.append(len(trials))
        return {path: 1 / len(paths) for path in paths}

    monkeypatch.setattr(importance, "_shares", lambda name, trials, paths, _: counted(name, trials, paths))
    work = []
    for n in (100, 300, 500):
        importances(drawn(by_rate, n), PARAMETERS, lower_is_better=True)
        work.append(sum(asked))
        asked.clear()
    assert max(work) <= 36_000  # points gone through, over all resamples
