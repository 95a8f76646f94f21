"""Which points importance is worked out from."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gansearch.records import End
from gansearch.reporting.importances import points, study_importances
from gansearch.reporting.material import StudyMaterial, TrialMaterial


def test_replicates_count_once_by_their_mean(make_trial: Callable[..., TrialMaterial]) -> None:
    trials = [make_trial(0, value=10.0, replicate=0), make_trial(0, value=20.0, replicate=1), make_trial(1, value=5.0)]
    found = points([*trials, make_trial(2, End.PRUNED)], 0)
    assert [point.value for point in found] == pytest.approx([15.0, 5.0])
    assert found[0].parameters == trials[0].parameters


def test_a_value_that_is_not_finite_is_no_point(make_trial: Callable[..., TrialMaterial]) -> None:
    assert points([make_trial(0, value=float("inf"))], 0) == []


def test_few_configurations_give_nothing(mixed_study: StudyMaterial) -> None:
    assert study_importances(mixed_study) == {"frechet_distance": ()}
