from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gansearch.curves import Curve, read_curve
from gansearch.executors.launch import LaunchOptions, launch, resume
from gansearch.plugins import load_file
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


DOZING = """
'''A metric that takes minutes by the protocol of the end, the first time. Source: none.'''
import time
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from gansearch.metrics import Metric

BEGUN = Path({begun!r})


@dataclass(frozen=True, kw_only=True)
class Dozing(Metric):
    '''Always 1.'''
    name: ClassVar[str] = "dozing"
    unit: ClassVar[str] = "none"
    direction: ClassVar[str] = "minimize"
    source: ClassVar[str] = "none"

    def measure(self, *, real, fake):
        if len(fake.features) > 5000 and not BEGUN.exists():
            BEGUN.touch()
            time.sleep(600)
        return 1.0
"""


@pytest.mark.verify
def test_ctrl_c_does_not_wait_for_a_measurement_of_the_end_and_resume_makes_it(ring: Ring, tmp_path: Path) -> None:
    begun, plugin = tmp_path / "begun", tmp_path / "dozing.py"
    plugin.write_text(DOZING.format(begun=str(begun)), encoding="utf-8")
    load_file(plugin)
    space = ring(plan__trials=2, training__epochs=2, resources__concurrent=1)

    def press() -> None:
        while not begun.exists():
            time.sleep(0.1)
        os.kill(os.getpid(), signal.SIGINT)

    presses = threading.Thread(target=press)
    presses.start()
    began = time.monotonic()
    result = launch(space, LaunchOptions(plugins=(plugin,)))
    presses.join()
    assert (result.outcome, result.status.counts) == ("interrupted", {"completed": 2})
    assert time.monotonic() - began < 500
    assert not any(done.final for number in range(2) for done in curve_of("rings", number).evaluations)

    assert resume("rings", LaunchOptions()).outcome == "finished"
    assert all(any(done.final for done in curve_of("rings", number).evaluations) for number in range(2))
