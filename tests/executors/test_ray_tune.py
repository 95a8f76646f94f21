from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from gansearch.curves import Curve, read_curve
from gansearch.executors.launch import LaunchOptions, launch
from gansearch.records import End, TrialIdentity
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.storage.home import study_dir

Ring = Callable[..., SearchSpace]


def curve_of(study: str, number: int) -> Curve:
    records, _ = read_curve(Storage(study_dir(study)), TrialIdentity(study, number))
    return Curve.of(records)


@pytest.mark.verify
def test_ray_tune_and_local_give_a_trial_the_same_curve(ring: Ring) -> None:
    for executor in ("local", "ray_tune"):
        result = launch(
            ring(),
            LaunchOptions(executor=executor, name="same", seed=5)
            if executor == "local"
            else LaunchOptions(executor="ray_tune", name="same-ray", seed=5),
        )
        assert result.outcome == "finished"
    for number in range(3):
        local, ray = curve_of("same", number), curve_of("same-ray", number)
        assert local.signals.keys() == ray.signals.keys()
        for name, values in local.signals.items():
            np.testing.assert_array_equal(values, ray.signals[name])
        assert [done.metrics for done in local.evaluations] == [done.metrics for done in ray.evaluations]


def test_a_worker_carries_packs_whose_lanes_are_refilled_and_measures_the_best(ring: Ring) -> None:
    varied = {"plan__trials": 7, "generator__init": "he", "resources__concurrent": 1}
    launch(ring(**varied, resources__lanes=3, plan__pruner="successive_halving"), LaunchOptions(name="packed"))
    launch(ring(**varied, plan__pruner="none"), LaunchOptions(executor="local", name="alone"))
    packed = [curve_of("packed", number) for number in range(7)]
    assert [curve.attempts[0]["lanes"] for curve in packed[:4]] == [3, 3, 3, 3], "the fourth has joined the first three"
    assert len({curve.attempts[0]["pid"] for curve in packed}) == 1
    completed = [curve for curve in packed if curve.end is not None and curve.end.end is End.COMPLETED]
    assert sum(any(done.final for done in curve.evaluations) for curve in completed) == min(3, len(completed)) > 0
    for number in range(7):
        steps = packed[number].steps
        np.testing.assert_array_equal(
            packed[number].signals["g_loss"], curve_of("alone", number).signals["g_loss"][:steps]
        )


@pytest.mark.verify
def test_trials_wait_and_are_promoted_on_ray_as_in_one_process(ring: Ring) -> None:
    """Two workers: who waits follows from the order of reports, but what a run records does not."""
    space = {"plan__trials": 8, "generator__init": "he", "resources__concurrent": 2}
    result = launch(
        ring(**space, plan__pruner="{name: promotion, reduction_factor: 2}"),
        LaunchOptions(executor="ray_tune", name="promoted", seed=5),
    )
    launch(ring(**space), LaunchOptions(executor="local", name="never-waited", seed=5))
    assert result.outcome == "finished"
    assert result.status.counts.keys() == {"completed", "pruned"}
    promoted = [curve for number in range(8) if (curve := curve_of("promoted", number)).attempt]
    assert promoted
    for number in range(8):
        waited, other = curve_of("promoted", number), curve_of("never-waited", number)
        for name, values in waited.signals.items():
            np.testing.assert_array_equal(values, other.signals[name][: waited.steps])
