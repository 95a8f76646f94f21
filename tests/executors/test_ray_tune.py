from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from gansearch.curves import Curve, read_curve
from gansearch.executors.launch import LaunchOptions, launch
from gansearch.records import TrialIdentity
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


def test_a_tune_trial_carries_a_pack(ring: Ring) -> None:
    launch(ring(resources__lanes=3, generator__init="he"), LaunchOptions(name="packed"))
    launch(ring(generator__init="he"), LaunchOptions(executor="local", name="alone"))
    assert [curve_of("packed", number).attempts[0]["lanes"] for number in range(3)] == [3, 3, 3]
    for number in range(3):
        np.testing.assert_array_equal(
            curve_of("packed", number).signals["g_loss"], curve_of("alone", number).signals["g_loss"]
        )
