"""Paths between latents, and what the discriminator sees."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from gansearch.data import Data, Samples
from gansearch.gan import losses
from gansearch.testing.configurations import tiny_configuration
from gansearch.training import Lane, Pack
from gansearch.training.sampling import Scored
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


def scored(data: Data, *enabled: Trick) -> tuple[Pack, Scored]:
    pack = pack_of(data, *enabled)
    for _ in range(3):
        pack.train_epoch()
    found = pack.scores(32)
    assert found is not None
    return pack, found


def test_scores_are_those_of_the_discriminator_without_dropout(tiny_data: Data) -> None:
    pack, found = scored(tiny_data)
    player = pack._training.discriminator
    training = tiny_data.train.batch(torch.arange(0, 64, 2), torch.float64).expand(2, -1, -1, -1, -1)
    assert tiny_data.test is not None
    held_out = tiny_data.test.batch(torch.arange(32), torch.float64).expand(2, -1, -1, -1, -1)
    with torch.no_grad():
        torch.testing.assert_close(found.training, player(training, None))
        torch.testing.assert_close(found.held_out, player(held_out, None))
    assert found.fake.shape == (2, 32)
    assert not torch.equal(found.fake[:, :16], found.fake[:, 16:])
    assert torch.equal(found.fake, pack.scores(32).fake)


def test_samples_that_are_judged_as_one_have_one_score(tiny_data: Data) -> None:
    found = scored(tiny_data, tricks.get("pacgan")())[1]
    assert found.training.shape == found.fake.shape == (2, 16)


def test_inverted_labels_leave_logits_of_real(tiny_data: Data) -> None:
    pack, found = scored(tiny_data, tricks.get("inverted_labels")())
    training = tiny_data.train.batch(torch.arange(0, 64, 2), torch.float64).expand(2, -1, -1, -1, -1)
    with torch.no_grad():
        torch.testing.assert_close(found.training, -pack._training.discriminator(training, None))


def test_scores_of_other_losses_are_no_logits(tiny_data: Data) -> None:
    configuration = replace(tiny_configuration(), loss=losses.get("hinge")())
    pack = Pack([Lane(configuration, 0)], tiny_data)
    assert not pack.is_scored
    assert pack.scores(32).training.shape == (1, 32)
    assert pack_of(tiny_data).is_scored


def test_slopes_are_those_of_the_networks(tiny_data: Data) -> None:
    """Against differences along one direction: each network is linear near enough."""
    pack = pack_of(tiny_data)
    pack.train_epoch()
    steepness, score_slope = pack.slopes(4000)
    generator, discriminator = pack._training.generator, pack._training.discriminator
    stream = torch.Generator().manual_seed(3)
    latents = torch.randn(2, 4000, pack._program.form.latent_size, generator=stream, dtype=torch.float64)
    direction, size = torch.randn(latents.shape, generator=stream, dtype=torch.float64), 1e-5
    with torch.no_grad():
        images = generator(latents, None)
        moved = (generator(latents + size * direction, None) - images).flatten(2) / size
        pixels = torch.randn(images.shape, generator=stream, dtype=torch.float64)
        told = (discriminator(images + size * pixels, None) - discriminator(images, None)) / size
    torch.testing.assert_close(steepness, moved.square().sum(2).mean(1).sqrt(), rtol=0.05, atol=0)
    # For a standard normal direction u, E |g . u| = |g| sqrt(2 / pi).
    torch.testing.assert_close(score_slope, told.abs().mean(1) * (torch.pi / 2) ** 0.5, rtol=0.05, atol=0)


def test_slopes_depend_on_no_neighbour_and_bear_a_constant_generator(tiny_data: Data) -> None:
    pack = pack_of(tiny_data)
    alone = Pack([Lane(tiny_configuration(), 1)], tiny_data, dtype=torch.float64)
    for both, one in zip(pack.slopes(16), alone.slopes(16), strict=True):
        torch.testing.assert_close(both[1:], one, rtol=0, atol=1e-12)
    with torch.no_grad():
        pack._training.generator.flat.values[0] = 0
    assert pack.slopes(16)[0][0].item() == 0
    assert pack.slopes(16)[0][1].item() > 0


def test_nothing_is_held_out_where_there_is_no_test_split_or_no_whole_batch(tiny_data: Data) -> None:
    assert scored(replace(tiny_data, test=None))[1].held_out is None
    assert tiny_data.test is not None
    few = Samples(tiny_data.test.values[:15], tiny_data.test.labels[:15])
    assert scored(replace(tiny_data, test=few))[1].held_out is None
    by_class = replace(
        tiny_configuration(tricks.get("conditional_one_hot")()),
        training=replace(tiny_configuration().training, labels="kmeans", label_clusters=3),
    )
    found = Pack([Lane(by_class, 0)], tiny_data).scores(32)
    assert found.held_out is None


STATEFUL = (
    "adaptive_augmentation",
    "conditional_embedding",
    "ema",
    "experience_replay",
    "infogan_codes",
    "instance_noise",
    "minibatch_stddev",
    "projection",
    "spectral_norm",
)


@pytest.mark.parametrize("name", STATEFUL)
def test_scoring_and_a_pack_apart_leave_state_and_streams_as_they_were(tiny_data: Data, name: str) -> None:
    pack, left_alone = pack_of(tiny_data, tricks.get(name)()), pack_of(tiny_data, tricks.get(name)())
    pack.train_epoch()
    left_alone.train_epoch()
    pack.scores(32)
    pack.slopes(16)
    pack.apart(1, pack.tricks(1)).train_epoch(2)
    for ours, theirs in zip(
        pack.lane_state(1).tensors.values(), left_alone.lane_state(1).tensors.values(), strict=True
    ):
        assert torch.equal(ours, theirs)
    assert (pack.train_epoch().values == left_alone.train_epoch().values).all()


def test_a_pack_apart_goes_on_as_the_lane_would(tiny_data: Data) -> None:
    pack = pack_of(tiny_data, tricks.get("ema")())
    pack.train_epoch()
    apart = pack.apart(1, pack.tricks(1))
    pack.train_epoch()
    apart.train_epoch()
    ours, theirs = apart.lane_state(0).tensors, pack.lane_state(1).tensors
    for name, tensor in ours.items():
        torch.testing.assert_close(tensor, theirs[name], rtol=0, atol=1e-12)
