"""``lanes: auto`` in whole searches: the probe's number is used, told once, kept, and changes no trial's curve."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from gansearch.curves import Curve, read_curve
from gansearch.executors import lane_choice
from gansearch.executors.launch import LaunchOptions, launch, resume, trial_context
from gansearch.executors.ray_tune import RayTuneExecutor
from gansearch.records import TrialIdentity
from gansearch.space import SearchSpace
from gansearch.space.plan import Resources
from gansearch.storage import Storage
from gansearch.storage.home import study_dir
from gansearch.study.launches import read_launches
from gansearch.trial import lane_probe
from gansearch.trial.interrupt import Interrupt

Ring = Callable[..., SearchSpace]
LOCAL = LaunchOptions(executor="local")


@pytest.fixture(autouse=True)
def worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Probe whatever there is to train."""
    monkeypatch.setattr(lane_choice, "LEAST_STEPS", 0)


@pytest.fixture(scope="module")
def ray() -> Iterator[RayTuneExecutor]:
    """One Ray for all tests of this file."""
    with RayTuneExecutor(Resources(), None) as executor:
        yield executor


def curve_of(study: str, number: int) -> Curve:
    records, _ = read_curve(Storage(study_dir(study)), TrialIdentity(study, number))
    return Curve.of(records)


def lanes_of(study: str, trials: int) -> list[int]:
    return [curve_of(study, number).attempts[0]["lanes"] for number in range(trials)]


def test_a_local_search_in_packs_of_the_size_that_was_probed(ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane_probe, "chosen_lanes", max)
    said: list[str] = []
    result = launch(ring(plan__trials=5, generator__init="he"), LOCAL, say=said.append)
    assert result.status.counts == {"completed": 5}
    assert lanes_of("rings", 5) == [4, 4, 4, 4, 1]
    (text,) = (sentence for sentence in said if sentence.startswith("packs of"))
    (kept,) = read_launches(result_storage())
    assert (kept["lanes"], kept["executor"], kept["lane_table"]["text"]) == (4, "local", text)
    assert [row["lanes"] for row in kept["lane_table"]["rows"]] == [1, 2, 4]

    resume("rings", LOCAL, trials=2)
    assert lanes_of("rings", 7)[5:] == [2, 2]
    assert [each["lanes"] for each in read_launches(result_storage())] == [4, 2]

    launch(
        ring(plan__trials=5, generator__init="he", resources__lanes=1), LaunchOptions(executor="local", name="alone")
    )
    assert read_launches(Storage(study_dir("alone")))[0]["lane_table"] is None
    for number in range(5):
        np.testing.assert_array_equal(
            curve_of("rings", number).signals["g_loss"], curve_of("alone", number).signals["g_loss"]
        )


def result_storage() -> Storage:
    return Storage(study_dir("rings"))


def test_structures_that_never_repeat_are_trained_one_by_one(ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane_probe, "chosen_lanes", max)
    space = ring(plan="{kind: grid, objective: {metric: frechet_distance}}", **SINGLE)
    assert launch(space, LOCAL).status.counts == {"completed": 4}
    assert read_launches(result_storage())[0]["lanes"] == 4
    assert lanes_of("rings", 4) == [1] * 4


SINGLE = {
    "generator__init": "he",
    "generator__width": "{choice: [8, 10, 12, 14]}",
    "discriminator__dropout": 0.0,
    "optimizer__generator__lr": 1e-3,
    "training__epochs": 1,
}


@pytest.mark.verify
def test_a_cluster_is_probed_by_a_task(ray: RayTuneExecutor, ring: Ring) -> None:
    said: list[str] = []
    result = launch(ring(plan__trials=4, training__epochs=1), LaunchOptions(name="rings"), say=said.append)
    assert result.status.counts == {"completed": 4}
    (kept,) = read_launches(result_storage())
    table = kept["lane_table"]
    assert table["text"] in said
    most = max(1, 4 // ray.workers())
    assert [row["lanes"] for row in table["rows"]] == [lanes for lanes in (1, 2, 4) if lanes <= most]
    assert max(lanes_of("rings", 4)) <= kept["lanes"] <= most


def test_the_end_need_not_wait_for_a_probe(ray: RayTuneExecutor, ring: Ring) -> None:
    space = ring()
    elsewhere = RayTuneExecutor(Resources(cpu=10_000), None)  # what no machine has is waited for
    context = trial_context(space, result_storage(), LOCAL)
    interrupt = Interrupt()
    interrupt.ask()
    table = elsewhere.probe(space.settings(space.default_parameters()), context, 4, interrupt)
    assert table.text == "packs of 1 lane: the probe was not waited for"
