"""Runs every hook of a trick as a training step would, on fake lanes."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from gansearch.testing.lanes import FakeLanes
from gansearch.tricks import Batch, Labels, Trick

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
    if starts:
        lanes.state.update(trick.initial_state(lanes))
    found: dict[str, Tensor] = {}
    for step in range(STEPS):
        for name, value in _one_step(trick, lanes):
            found[f"{name}@{step}"] = value.detach().clone()
        lanes.step.add_(1)
    return found


def _one_step(trick: Trick, lanes: FakeLanes) -> Iterator[tuple[str, Tensor]]:
    given = given_to_hooks(lanes)
    yield "latents", trick.latents(lanes, given["latents"])
    labels = trick.labels(lanes, Labels(real=given["labels_real"], fake=given["labels_fake"]))
    yield from (("labels_real", labels.real), ("labels_fake", labels.fake))
    yield "labels_generator", trick.generator_labels(lanes, given["labels_generator"])
    real = trick.discriminator_input(lanes, given["input_real"], "real")
    fake = trick.discriminator_input(lanes, given["input_fake"], "fake")
    seen = trick.discriminator_input(lanes, given["input_generator"], "generator")
    yield from (("input_real", real), ("input_fake", fake), ("input_generator", seen))
    scores = lanes.discriminate(real), lanes.discriminate(fake)
    batch = Batch(real=real, fake=fake, real_scores=scores[0], fake_scores=scores[1])
    if (loss := trick.discriminator_loss(lanes, batch)) is not None:
        yield "discriminator_loss", loss
    batch = Batch(real=real, fake=seen, real_scores=None, fake_scores=lanes.discriminate(seen))
    if (loss := trick.generator_loss(lanes, batch)) is not None:
        yield "generator_loss", loss
    with torch.no_grad():
        lanes.generator_parameters.mul_(0.9).add_(0.01)
        trick.after_step(lanes)
    if (average := trick.averaged_generator(lanes)) is not None:
        yield "averaged_generator", average


def given_to_hooks(lanes: FakeLanes) -> dict[str, Tensor]:
    """What hooks are given to change, by the names that ``run_hooks`` gives to what they return."""
    ones = torch.ones(lanes.count, BATCH, dtype=lanes.dtype)
    return {
        "latents": lanes.numbers("latents", (BATCH, LATENT_SIZE)),
        "labels_real": ones,
        "labels_fake": torch.zeros_like(ones),
        "labels_generator": ones,
        "input_real": lanes.samples("real", BATCH),
        "input_fake": lanes.samples("fake", BATCH),
        "input_generator": lanes.samples("fake", BATCH),
    }


def expected_shapes(lanes: FakeLanes) -> dict[str, tuple[int, ...]]:
    """The shape of everything that a hook may return."""
    shapes = {name: tuple(value.shape) for name, value in given_to_hooks(lanes).items()}
    shapes |= {"discriminator_loss": (lanes.count,), "generator_loss": (lanes.count,)}
    return shapes | {"averaged_generator": tuple(lanes.generator_parameters.shape)}
