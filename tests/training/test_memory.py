"""The memory of a pack is told without taking it, and as it is."""

from __future__ import annotations

import gc
from dataclasses import replace

import pytest
import torch

from gansearch.data import Data
from gansearch.gan import forms
from gansearch.testing.configurations import tiny_configuration
from gansearch.training import Lane, Pack, counter_streams, pack
from gansearch.training.memory import LaneMemory, _Alive, lane_memory
from gansearch.tricks.r1_penalty import R1Penalty


def taken(lanes: list[Lane], data: Data, monkeypatch: pytest.MonkeyPatch) -> int:
    """The peak of a real pack in the form of an accelerator, with numbers."""
    monkeypatch.setattr(forms, "takes_lanes_at_once", lambda _: True)
    monkeypatch.setattr(pack, "SeededStreams", counter_streams.CounterStreams)
    gc.collect()
    alive = _Alive(torch.device("cpu"))
    with alive:
        Pack(lanes, data).rehearse()
    return alive.peak


@pytest.mark.parametrize("lanes", [1, 4])
@pytest.mark.parametrize("architecture", ["mlp", "dcgan"])
def test_a_pack_takes_what_it_is_said_to(
    architecture: str, lanes: int, tiny_data: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack_lanes = [Lane(tiny_configuration(architecture=architecture), seed) for seed in range(lanes)]
    said = lane_memory(pack_lanes[0], tiny_data, device="cuda")
    given = tiny_data.train.values.nbytes + tiny_data.train.labels.nbytes

    assert taken(pack_lanes, tiny_data, monkeypatch) == pytest.approx(said.total(lanes) - given, rel=0.05)


def test_what_takes_more_is_said_to(tiny_data: Data) -> None:
    plain = lane_memory(Lane(tiny_configuration(architecture="dcgan"), 0), tiny_data)
    penalised = lane_memory(Lane(tiny_configuration(R1Penalty(), architecture="dcgan"), 0), tiny_data)
    wide = tiny_configuration(architecture="dcgan")
    larger = replace(wide, training=replace(wide.training, batch_size=32))

    assert penalised.lane > plain.lane
    assert lane_memory(Lane(larger, 0), tiny_data).lane > 1.4 * plain.lane


def test_a_cpu_is_counted_for_on_the_cpu(tiny_data: Data) -> None:
    lane = Lane(tiny_configuration(), 0)
    alive = _Alive(torch.device("cpu"))
    with alive:
        Pack([lane] * 3, tiny_data).rehearse()
    given = tiny_data.train.values.nbytes + tiny_data.train.labels.nbytes

    assert alive.peak == pytest.approx(lane_memory(lane, tiny_data).total(3) - given, rel=0.05)


def test_drawing_many_samples_may_take_more_than_a_step(tiny_data: Data) -> None:
    lane = Lane(tiny_configuration(), 0)

    assert lane_memory(lane, tiny_data, samples=2000).lane > 2 * lane_memory(lane, tiny_data).lane


def test_the_total_grows_with_the_lanes() -> None:
    assert LaneMemory(shared=100, lane=7).total(3) == 121


def test_nothing_is_left_counted(tiny_data: Data) -> None:
    lane = Lane(tiny_configuration(), 0)

    assert lane_memory(lane, tiny_data) == lane_memory(lane, tiny_data)
