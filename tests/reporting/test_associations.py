"""Which runs an association is about, and what is censored."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from gansearch.records import End
from gansearch.reporting.associations import Association, associate, configurations
from gansearch.reporting.frames import frames_of
from gansearch.reporting.material import StudyMaterial, TrialMaterial
from gansearch.reporting.statistics import rank_correlation


def found(material: StudyMaterial) -> dict[str, Association]:
    objective = material.space.plan.objectives[0]
    return {each.path: each for each in associate(frames_of(material).trials, material.space.parameters, objective)}


def test_completed_runs_alone_and_stopped_runs_last(mixed_study: StudyMaterial) -> None:
    layers = found(mixed_study)["generator.layers"]
    completed = [trial for trial in mixed_study.trials if trial.values is not None]
    x = np.array([float(trial.parameters["generator.layers"]) for trial in completed])  # type: ignore[arg-type]
    y = np.array([trial.values[0] for trial in completed if trial.values is not None])
    assert layers.rho is not None
    assert layers.rho_censored is not None
    assert (layers.n, layers.rho.n, layers.rho_censored.n) == (
        10,
        10,
        12,
    )  # the failed and the running one are in neither
    assert layers.rho == rank_correlation(x, y)
    censored = rank_correlation(np.append(x, [7.0, 6.0]), np.append(y, [1e9, 1e9]))
    assert layers.rho_censored.value == pytest.approx(censored.value, abs=1e-12)


def test_the_last_value_of_a_stopped_run_is_never_used(mixed_study: StudyMaterial) -> None:
    rows = configurations(frames_of(mixed_study).trials, "objective.frechet_distance")
    assert rows.loc[[10, 11], "value"].isna().all()
    assert len(rows) == 12


def test_levels_have_medians_and_count_what_was_stopped(mixed_study: StudyMaterial) -> None:
    activation = found(mixed_study)["generator.activation"]
    relu, elu = activation.levels
    assert (relu.value, relu.median.n, relu.stopped) == ("relu", 8, 2)
    assert (elu.value, elu.median.n, elu.stopped) == ("elu", 2, 0)
    assert elu.median.interval is None
    assert activation.rho is None
    assert activation.p is not None


def test_holm_corrects_over_the_dimensions(mixed_study: StudyMaterial) -> None:
    every = found(mixed_study).values()
    assert all(each.p is not None and each.p_holm is not None and each.p_holm >= each.p for each in every)
    smallest = min(every, key=lambda each: each.p or 1.0)
    assert smallest.p_holm == pytest.approx(3 * (smallest.p or 0.0), abs=1e-12)


def test_replicates_count_once(
    make_trial: Callable[..., TrialMaterial], make_study: Callable[..., StudyMaterial]
) -> None:
    trials = [
        make_trial(number, value=30.0 + number + shift, layers=2 + number % 6, replicate=replicate)
        for number in range(9)
        for replicate, shift in ((0, 0.0), (1, 10.0))
    ]
    rows = configurations(frames_of(make_study(*trials)).trials, "objective.frechet_distance")
    assert list(rows["value"]) == [35.0 + number for number in range(9)]


def test_nothing_to_associate(
    make_study: Callable[..., StudyMaterial], make_trial: Callable[..., TrialMaterial]
) -> None:
    for trials in ([], [make_trial(0)], [make_trial(0, End.FAILED, epochs=0)]):
        for each in found(make_study(*trials)).values():
            assert each.n <= 1
            assert each.p is None
