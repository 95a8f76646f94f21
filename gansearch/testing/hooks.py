"""Runs every hook of a trick as a training step would, on fake lanes."""

from __future__ import annotations

import random
from collections.abc import Iterator

import torch
from torch import Tensor

from gansearch.testing.lanes import FakeLanes
from gansearch.tricks import Batch, Classes, Labels, PlayerName, Shown, Trick

BATCH = 16
LATENT_SIZE = 4
STEPS = 3


def run_hooks(trick: Trick, lanes: FakeLanes, *, starts: bool = True) -> dict[str, Tensor]:
    """Every tensor that the trick's hooks return over three steps, 0 to 2, as ``hook@step``, without its graph.

    Args:
        trick: its traced fields hold [K] tensors.
        lanes: what the hooks see; its steps go on from where they are.
        starts: whether the trick makes its initial state first.
    """
    give_parameters(trick, lanes)
    if starts:
        lanes.state.update(trick.initial_state(lanes))
    found: dict[str, Tensor] = {}
    for step in range(STEPS):
        for name, value in _one_step(trick, lanes):
            found[f"{name}@{step}"] = value.detach().clone()
        lanes.step.add_(1)
    return found


def give_parameters(trick: Trick, lanes: FakeLanes) -> None:
    """Give the lanes the trick's own parameters."""
    before = random.getstate()
    lanes.give(trick.generator_parameters(lanes.sizes))
    lanes.give(trick.discriminator_parameters(lanes.sizes))
    random.setstate(before)  # type checks at run time look at an element of a sequence that they draw from it


def _one_step(trick: Trick, lanes: FakeLanes) -> Iterator[tuple[str, Tensor]]:
    given = given_to_hooks(lanes)
    classes = given_classes(lanes) if trick.facts.needs_labels else None
    latents = trick.latents(lanes, given["latents"], classes)
    yield "latents", latents
    yield from _pass(trick, lanes, classes)
    with torch.no_grad():
        shown = trick.fakes(lanes, Shown(given["input_fake"], classes))
    yield "fakes", shown.images
    real = trick.discriminator_input(lanes, given["input_real"], "real")
    fake = trick.discriminator_input(lanes, shown.images, "fake")
    yield from (("input_real", real), ("input_fake", fake))
    labels = trick.labels(lanes, Labels(real=given["labels_real"], fake=given["labels_fake"]))
    yield from (("labels_real", labels.real), ("labels_fake", labels.fake))
    batch = _batch(lanes, real, fake, latents, classes, has_real_scores=True)
    if (loss := trick.discriminator_loss(lanes, batch)) is not None:
        yield "discriminator_loss", loss
    yield from _update(trick, lanes, "discriminator")
    seen = trick.discriminator_input(lanes, given["input_generator"], "generator")
    yield "input_generator", seen
    yield "labels_generator", trick.generator_labels(lanes, given["labels_generator"])
    if (opponent := trick.opponent(lanes)) is not None:
        yield "opponent", opponent
    yield "adversarial_loss", trick.adversarial_loss(lanes, given["adversarial_loss"])
    batch = _batch(lanes, real, seen, latents, classes, has_real_scores=False)
    if (loss := trick.generator_loss(lanes, batch)) is not None:
        yield "generator_loss", loss
    yield from _update(trick, lanes, "generator")
    with torch.no_grad():
        trick.after_step(lanes)
        for name, value in trick.measured(lanes).items():
            yield f"measured_{name}", value
    if (average := trick.averaged_generator(lanes)) is not None:
        yield "averaged_generator", average


def _pass(trick: Trick, lanes: FakeLanes, classes: Classes) -> Iterator[tuple[str, Tensor]]:
    """What the trick does to a pass through the discriminator."""
    given = given_to_hooks(lanes)
    for name, weight in trick.discriminator_weights(lanes, lanes.discriminator_weights).items():
        yield f"weight_{name}", weight
    yield "presented", trick.presented(lanes, given["input_real"], classes)
    features = lanes.features(given["input_real"])
    yield "features", trick.features(lanes, features, classes)
    yield "scores", trick.scores(lanes, given["scores"], features, classes)


def _update(trick: Trick, lanes: FakeLanes, player: PlayerName) -> Iterator[tuple[str, Tensor]]:
    """What the trick does to a player's update, after which the parameters are a little smaller."""
    parameters = lanes.generator_parameters if player == "generator" else lanes.discriminator_parameters
    with torch.no_grad():
        share = trick.update_share(lanes, lanes.numbers(f"{player}_loss", ()), player)
        if share is not None:
            yield f"{player}_share", share
        yield f"{player}_gradients", trick.gradients(lanes, lanes.numbers(player, tuple(parameters.shape[1:])), player)
        parameters.mul_(0.9).add_(0.01)
        if player == "discriminator":
            trick.after_discriminator_update(lanes)


def _batch(
    lanes: FakeLanes, real: Tensor, fake: Tensor, latents: Tensor, classes: Classes, *, has_real_scores: bool
) -> Batch:
    return Batch(
        real=real,
        fake=fake,
        real_scores=lanes.discriminate(real) if has_real_scores else None,
        fake_scores=lanes.discriminate(fake),
        real_classes=classes,
        fake_classes=classes,
        real_features=lanes.features(real) if has_real_scores else None,
        fake_features=lanes.features(fake),
        latents=latents,
    )


def given_classes(lanes: FakeLanes) -> Tensor:
    """Classes [K, B], the same in every lane."""
    return (torch.arange(BATCH) % lanes.classes).expand(lanes.count, -1)


def given_to_hooks(lanes: FakeLanes) -> dict[str, Tensor]:
    """What hooks are given to change, by the names that ``run_hooks`` gives to what they return."""
    ones = torch.ones(lanes.count, BATCH, dtype=lanes.dtype)
    real, fake = lanes.samples("real", BATCH), lanes.samples("fake", BATCH)
    return {
        "latents": lanes.numbers("latents", (BATCH, LATENT_SIZE)),
        "labels_real": ones,
        "labels_fake": torch.zeros_like(ones),
        "labels_generator": ones,
        "input_real": real,
        "input_fake": fake,
        "input_generator": fake,
        "fakes": fake,
        "presented": real,
        "features": lanes.features(real).detach(),
        "scores": lanes.numbers("scores", (BATCH,)),
        "adversarial_loss": lanes.numbers("adversarial_loss", ()),
        "generator_gradients": lanes.numbers("generator", (lanes.generator_size,)),
        "discriminator_gradients": lanes.numbers("discriminator", (lanes.discriminator_size,)),
    }


def expected_shapes(trick: Trick, lanes: FakeLanes) -> dict[str, tuple[int, ...]]:
    """The shape of everything that a hook may return."""
    shapes = {name: tuple(value.shape) for name, value in given_to_hooks(lanes).items()}
    per_lane = ("discriminator_loss", "generator_loss", "discriminator_share", "generator_share")
    shapes |= dict.fromkeys(per_lane, (lanes.count,))
    shapes |= {f"measured_{name}": (lanes.count,) for name in trick.signals}
    geometry = trick.presented_geometry(lanes.sizes.geometry)
    packed = BATCH * lanes.sizes.geometry.numel // geometry.numel if trick.facts.packs_samples else BATCH
    shapes["presented"] = (lanes.count, packed, *geometry.shape)
    shapes["latents"] = (lanes.count, BATCH, LATENT_SIZE + trick.extra_latents(lanes.sizes.geometry))
    shapes["features"] = (lanes.count, BATCH, lanes.feature_size + trick.extra_features(lanes.sizes))
    shapes["opponent"] = tuple(lanes.discriminator_parameters.shape)
    return shapes | {"averaged_generator": tuple(lanes.generator_parameters.shape)}
