"""Batches: every sample once an epoch, lanes and updates in orders of their own."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from gansearch.data import Samples
from gansearch.errors import TrainingError
from gansearch.testing.streams import seeded_streams
from gansearch.training.batches import Batches, ready

SAMPLES = Samples(torch.arange(22.0)[:, None], torch.zeros(22, dtype=torch.int64))


def epoch(*, per_step: int = 1, at: int | tuple[int, ...] = 0, seeds: tuple[int, ...] = (1, 2)) -> list[list[Tensor]]:
    streams = seeded_streams(*seeds)
    streams.at([at] * len(seeds) if isinstance(at, int) else at)
    batches = Batches(SAMPLES, lanes=len(seeds), batch_size=5, per_step=per_step, dtype=torch.float32)
    batches.shuffle(streams)
    return [images(batches, position) for position in range(batches.steps_per_epoch)]


def images(batches: Batches, position: int) -> list[Tensor]:
    return [shown.images for shown in batches.at(torch.tensor([position]))]


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


def test_lanes_at_different_epochs_have_the_orders_of_their_own() -> None:
    together = epoch(at=(4, 8))

    for lane, (seed, step) in enumerate(((1, 4), (2, 8))):
        for (ours,), (alone,) in zip(together, epoch(at=step, seeds=(seed,)), strict=True):
            assert torch.equal(ours[lane], alone[0])


def test_an_epoch_is_read_in_any_order_and_its_orders_stay_where_they_are() -> None:
    streams = seeded_streams(1, 2)
    batches = Batches(SAMPLES, lanes=2, batch_size=5, per_step=2, dtype=torch.float32)
    batches.shuffle(streams)
    place, orders = batches._orders.data_ptr(), batches._orders.clone()
    second = images(batches, 1)
    streams.at([4, 4])
    batches.shuffle(streams)

    assert batches._orders.data_ptr() == place
    assert not torch.equal(batches._orders, orders)
    streams.at([0, 0])
    batches.shuffle(streams)
    assert torch.equal(batches._orders, orders)
    images(batches, 0)
    for ours, again in zip(second, images(batches, 1), strict=True):
        assert torch.equal(ours, again)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_bytes_become_pixels_between_minus_one_and_one_whether_they_are_scaled_before_or_in_each_batch(
    dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = torch.arange(0, 256, dtype=torch.uint8).view(64, 1, 2, 2)
    samples = Samples(values, torch.zeros(64, dtype=torch.int64))

    def first_batch() -> Tensor:
        prepared = ready(samples, torch.device("cpu"), dtype)
        batches = Batches(prepared, lanes=1, batch_size=64, per_step=1, dtype=dtype)
        batches.shuffle(seeded_streams(1))
        (batch,) = images(batches, 0)
        return batch

    found = first_batch()
    monkeypatch.setattr("gansearch.training.batches._READY_BYTES", 0)
    assert torch.equal(first_batch(), found)
    assert (found.dtype, found.shape) == (dtype, (1, 64, 1, 2, 2))
    expected = torch.arange(256, dtype=dtype) / 127.5 - 1
    torch.testing.assert_close(found.flatten().sort().values, expected, rtol=0, atol=1e-6)


def test_less_than_a_batch_is_refused() -> None:
    with pytest.raises(TrainingError, match=r"at least one batch; got 22 samples and a batch_size of 23"):
        Batches(SAMPLES, lanes=1, batch_size=23, per_step=1, dtype=torch.float32)


def test_100_epochs_of_mnist_in_batches_of_128_are_about_46900_steps() -> None:
    digits = Samples(torch.zeros(60_000, 1, dtype=torch.uint8), torch.zeros(60_000, dtype=torch.int64))
    batches = Batches(digits, lanes=1, batch_size=128, per_step=1, dtype=torch.float32)
    # The incomplete batch is dropped: 468 steps an epoch, where 46,900 counts it.
    assert 100 * batches.steps_per_epoch == 46_800
