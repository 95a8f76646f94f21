from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from gansearch.curves import Curve, read_curve
from gansearch.errors import ExecutorError
from gansearch.executors.launch import LaunchOptions, launch
from gansearch.executors.ray_tune import concurrency
from gansearch.records import TrialIdentity
from gansearch.space import SearchSpace
from gansearch.space.plan import Resources
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


def test_a_tune_trial_carries_a_pack(ring: Ring) -> None:
    launch(ring(resources__lanes=3, generator__init="he"), LaunchOptions(name="packed"))
    launch(ring(generator__init="he"), LaunchOptions(executor="local", name="alone"))
    assert [curve_of("packed", number).attempts[0]["lanes"] for number in range(3)] == [3, 3, 3]
    for number in range(3):
        np.testing.assert_array_equal(
            curve_of("packed", number).signals["g_loss"], curve_of("alone", number).signals["g_loss"]
        )


def test_a_pack_that_fits_nowhere_is_refused() -> None:
    with pytest.raises(ExecutorError, match=r"cpu: 8 and gpu: 0.*2 CPUs"):
        concurrency(Resources(cpu=8), {"CPU": 2.0})
    with pytest.raises(ExecutorError, match="gpu: 1"):
        concurrency(Resources(cpu=1, gpu=1), {"CPU": 2.0})


def test_as_many_packs_run_as_the_cluster_holds() -> None:
    assert concurrency(Resources(cpu=1), {"CPU": 2.0}) == 2
    assert concurrency(Resources(cpu=1, gpu=0.5), {"CPU": 16.0, "GPU": 1.0}) == 2
