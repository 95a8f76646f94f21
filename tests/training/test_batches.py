"""Batches: every sample once an epoch, lanes and updates in orders of their own."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from gansearch.data import Samples
from gansearch.errors import TrainingError
from gansearch.training.batches import Batches
from gansearch.training.streams import Streams

SAMPLES = Samples(torch.arange(22.0)[:, None], torch.zeros(22, dtype=torch.int64))


def epoch(*, per_step: int = 1, at: int = 0, seeds: tuple[int, ...] = (1, 2)) -> list[list[Tensor]]:
    streams = Streams(seeds)
    streams.at(at)
    return list(Batches(SAMPLES, batch_size=5, per_step=per_step, dtype=torch.float32).epoch(streams))


def test_an_epoch_holds_every_sample_at_most_once_and_drops_the_incomplete_batch() -> None:
    batches = epoch()

    assert len(batches) == 4
    assert all(batch.shape == (2, 5, 1) for (batch,) in batches)
    for lane in range(2):
        seen = torch.cat([batch[lane, :, 0] for (batch,) in batches])
        assert len(set(seen.tolist())) == 20


def test_lanes_epochs_and_updates_have_orders_of_their_own() -> None:
    ((first, second), *_) = epoch(per_step=2)
    ((later, _), *_) = epoch(per_step=2, at=4)

    assert not torch.equal(first[0], first[1])
    assert not torch.equal(first, second)
    assert not torch.equal(first, later)


def test_further_updates_leave_the_first_ones_batches_as_they_are() -> None:
    for one, three in zip(epoch(), epoch(per_step=3), strict=True):
        assert len(three) == 3
        assert torch.equal(one[0], three[0])


def test_a_lanes_batches_do_not_depend_on_its_neighbours() -> None:
    assert torch.equal(epoch()[1][0][1], epoch(seeds=(2,))[1][0][0])


def test_less_than_a_batch_is_refused() -> None:
    with pytest.raises(TrainingError, match=r"at least one batch; got 22 samples and a batch_size of 23"):
        Batches(SAMPLES, batch_size=23, per_step=1, dtype=torch.float32)
