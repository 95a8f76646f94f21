"""Paths between latents, and what the discriminator sees."""

from __future__ import annotations

import torch

from gansearch.data import Data
from gansearch.testing.configurations import tiny_configuration
from gansearch.training import Lane, Pack
from gansearch.tricks import Trick, tricks
from gansearch.tricks.instance_noise import InstanceNoise


def pack_of(data: Data, *enabled: Trick) -> Pack:
    lanes = [Lane(tiny_configuration(*enabled), seed) for seed in (0, 1)]
    return Pack(lanes, data, dtype=torch.float64)


def test_paths_stay_at_their_latents_while_the_generator_changes(tiny_data: Data) -> None:
    pack = pack_of(tiny_data)
    first = pack.paths(3, 5, averaged=False)
    assert first.shape == (2, 3, 5, 1, 8, 8)
    assert torch.equal(first, pack.paths(3, 5, averaged=False))
    pack.train_epoch()
    assert not torch.equal(first, pack.paths(3, 5, averaged=False))
    alone = Pack([Lane(tiny_configuration(), 1)], tiny_data, dtype=torch.float64)
    torch.testing.assert_close(alone.paths(3, 5, averaged=False)[0], first[1], rtol=0, atol=1e-12)


def test_neighbours_on_a_path_are_alike(tiny_data: Data) -> None:
    path = pack_of(tiny_data).paths(4, 50, averaged=False)
    between = (path[:, :, 1:] - path[:, :, :-1]).flatten(3).norm(dim=3)
    whole = (path[:, :, -1] - path[:, :, 0]).flatten(2).norm(dim=2)
    assert (between.amax(2) < whole / 5).all()


def test_drawing_moves_no_stream_of_training(tiny_data: Data) -> None:
    noise = tricks.get("instance_noise")()
    looked_at, left_alone = pack_of(tiny_data, noise), pack_of(tiny_data, noise)
    looked_at.train_epoch()
    left_alone.train_epoch()
    looked_at.paths(2, 3, averaged=False)
    looked_at.seen(4, averaged=False)
    looked_at.sample(4, averaged=False)
    assert (looked_at.train_epoch().values == left_alone.train_epoch().values).all()


def test_what_is_seen_is_what_tricks_make_of_real_and_generated_samples(tiny_data: Data) -> None:
    pack = pack_of(tiny_data, InstanceNoise(sigma=0.5))
    seen = pack.seen(10, averaged=False)
    assert seen is not None
    assert seen.shape == (2, 2, 10, 1, 8, 8)
    real = tiny_data.train.batch(torch.arange(10), torch.float64)
    fake = pack.sample(10, averaged=False)
    for kind, clean in enumerate((real.expand(2, -1, -1, -1, -1), fake)):
        noise = seen[:, kind] - clean
        assert abs(noise.std().item() - 0.5) < 0.05
        assert abs(noise.mean().item()) < 0.05


def test_nothing_more_is_kept_where_samples_are_seen_as_they_are(tiny_data: Data) -> None:
    assert pack_of(tiny_data, tricks.get("ema")()).seen(10, averaged=True) is None


def test_samples_of_a_minibatch_share_its_statistics_only(tiny_data: Data) -> None:
    lane = Lane(tiny_configuration(architecture="dcgan"), 0)
    pack = Pack([lane], tiny_data, dtype=torch.float64)
    first = pack.sample(32, averaged=False, at_once=16)
    assert torch.equal(first[:, :16], pack.sample(16, averaged=False, at_once=16))
    assert not torch.equal(first[:, :16], pack.sample(32, averaged=False)[:, :16])
