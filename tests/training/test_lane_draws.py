"""Dropout masks for some lanes of a pack: to each lane those that it has alone, on the CPU and elsewhere."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
import torch
from torch import Tensor

from gansearch.gan import Draws
from gansearch.training.counter_streams import CounterStreams
from gansearch.training.seeded_streams import SeededStreams
from gansearch.training.streams import Branch, Streams

SEEDS = (11, 12, 13, 14)
SHAPE = (3, 7)
P = torch.tensor([0.0, 0.3, 0.5, 0.9])

KINDS = pytest.mark.parametrize("kind", [SeededStreams, CounterStreams])


def branch(kind: type[Streams], lanes: Iterable[int] = range(4)) -> Branch:
    """At a step of its own in every lane."""
    streams = kind([SEEDS[lane] for lane in lanes], device=torch.device("cpu"), dtype=torch.float32)
    streams.at([5 + lane for lane in lanes])
    return streams.branch("discriminator")


def mask(draws: Draws, lanes: range, consumer: str = "dropout.0") -> Tensor:
    return draws.keep_mask(consumer, SHAPE, P[lanes.start : lanes.stop])


@KINDS
def test_a_run_of_lanes_draws_what_its_lanes_draw_alone(kind: type[Streams]) -> None:
    everything, some = branch(kind), range(1, 3)

    drawn = mask(everything.lanes(1, 3), some)

    assert drawn.shape == (2, *SHAPE)
    for lane in some:
        assert torch.equal(drawn[lane - 1], mask(branch(kind, [lane]), range(lane, lane + 1))[0])


@KINDS
def test_runs_of_one_consumer_count_their_draws_apart(kind: type[Streams]) -> None:
    together, in_runs = branch(kind), branch(kind)
    runs = [range(0, 1), range(1, 4)]

    for _ in range(3):
        expected = mask(together, range(4))
        parts = [mask(in_runs.lanes(run.start, run.stop), run) for run in runs]
        assert torch.equal(torch.cat(parts), expected)


@KINDS
def test_a_lane_that_has_drawn_more_often_is_further_on(kind: type[Streams]) -> None:
    uneven, alone = branch(kind), branch(kind, [2])
    mask(uneven.lanes(2, 4), range(2, 4))

    second = mask(uneven, range(4))

    mask(alone, range(2, 3))
    assert torch.equal(second[2], mask(alone, range(2, 3))[0])
    assert torch.equal(second[1], mask(branch(kind, [1]), range(1, 2))[0])


@KINDS
def test_lanes_of_lanes_are_counted_from_the_first_of_them(kind: type[Streams]) -> None:
    narrow = branch(kind).lanes(1, 4).lanes(1, 2)

    assert torch.equal(mask(narrow, range(2, 3)), mask(branch(kind, [2]), range(2, 3)))


@KINDS
def test_a_new_step_begins_with_the_first_draw(kind: type[Streams]) -> None:
    stepping, alone = branch(kind), branch(kind, [3])
    mask(stepping.lanes(3, 4), range(3, 4))
    for each in (stepping, alone):
        each.streams.advance()

    assert torch.equal(mask(stepping.lanes(3, 4), range(3, 4)), mask(alone, range(3, 4)))
