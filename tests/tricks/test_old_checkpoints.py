"""Row 46 of the table of tricks: networks of earlier steps."""

from __future__ import annotations

import math

import pytest
import torch

from gansearch.data import Data
from gansearch.testing.configurations import tiny_configuration
from gansearch.testing.lanes import FakeLanes
from gansearch.training import Lane, Pack
from gansearch.tricks import Shown
from gansearch.tricks.old_checkpoints import OldCheckpoints

BATCH = 4


def run(trick: OldCheckpoints, steps: int, seeds: tuple[int, ...] = (0,)) -> tuple[FakeLanes, list[Shown]]:
    """The lanes after some steps, in which the generator's parameters are the steps' numbers from 1 on."""
    lanes = FakeLanes(seeds=seeds, shape=(4,))
    lanes.generator_parameters.fill_(0.0)
    lanes.state.update(trick.initial_state(lanes))
    shown = []
    for step in range(steps):
        fresh = torch.full((lanes.count, BATCH, 4), 9.0, dtype=torch.float64)
        shown.append(trick.fakes(lanes, Shown(fresh, None)))
        lanes.generator_parameters.fill_(step + 1.0)
        trick.after_step(lanes)
        lanes.step.add_(1)
    return lanes, shown


def is_old(shown: Shown) -> torch.Tensor:
    """Whether samples are those of a generator, which lie within [-1, 1]."""
    return (shown.images.flatten(1) != 9.0).all(1)


@pytest.mark.parametrize("chance", [0.0, 0.1, 0.5, 1.0])
def test_an_old_network_comes_back_with_its_chance(chance: float) -> None:
    steps = 1000
    lanes, shown = run(OldCheckpoints(chance=chance, keep=2, every=10), steps)
    old = torch.stack([is_old(each)[0] for each in shown]).double()
    assert old.mean().item() == pytest.approx(chance, abs=5 * math.sqrt(chance * (1 - chance) / steps))
    assert lanes.state["old"].item() == old[-1].item()


@pytest.mark.parametrize(
    ("steps", "held"),
    [(9, [0.0, 0.0, 0.0]), (10, [0.0, 10.0, 0.0]), (29, [0.0, 10.0, 20.0]), (41, [30.0, 40.0, 20.0])],
)
def test_the_last_snapshots_are_kept(steps: int, held: list[float]) -> None:
    lanes, _ = run(OldCheckpoints(keep=3, every=10), steps)
    for index, number in enumerate(held):
        assert (lanes.state[f"generator_{index}"] == number).all()


def test_every_snapshot_is_as_likely() -> None:
    trick = OldCheckpoints(chance=1.0, keep=2, every=1.0)
    lanes, _ = run(trick, 3)
    # Of parameters 1 and 1e-3 the samples differ in size.
    lanes.state["generator_1"].fill_(1e-3)
    sizes = []
    for _ in range(1000):
        shown = trick.fakes(lanes, Shown(torch.full((1, BATCH, 4), 9.0, dtype=torch.float64), None))
        sizes.append(shown.images.abs().max().item())
    assert sum(size < 0.01 for size in sizes) / 1000 == pytest.approx(0.5, abs=0.08)


def test_lanes_choose_for_themselves() -> None:
    _, shown = run(OldCheckpoints(chance=0.5, every=1), 50, seeds=(0, 1))
    old = torch.stack([is_old(each) for each in shown])
    assert (old[:, 0] != old[:, 1]).any()


def test_a_run_with_no_chance_is_as_it_would_be_to_the_bit(tiny_data: Data) -> None:
    never = OldCheckpoints(chance=0.0, every=1)
    packs = [Pack([Lane(tiny_configuration(*tricks), 1)], tiny_data) for tricks in ((), (never,))]
    for pack in packs:
        pack.train_epoch()
    assert torch.equal(*(pack.sample(8, averaged=False) for pack in packs))


def test_snapshots_are_the_generators_parameters(tiny_data: Data) -> None:
    pack = Pack([Lane(tiny_configuration(OldCheckpoints(chance=1.0, every=4, keep=2)), 1)], tiny_data)
    start = pack._training.generator.flat.values.clone()
    pack.train_epoch()
    state = pack._training.tricks["old_checkpoints"]
    assert torch.equal(state["generator_0"], start)
    assert torch.equal(state["generator_1"], pack._training.generator.flat.values)
    assert pack.train_epoch().lane(0)["old_checkpoints.old"].tolist() == [1.0] * 4
