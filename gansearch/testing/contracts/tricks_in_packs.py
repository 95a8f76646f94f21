"""What every trick must do in a pack that really trains: 8 x 8 images, 8 units or filters, batches of 16."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from gansearch.testing.configurations import tiny_configuration
from gansearch.testing.contracts.capture import check_capturable
from gansearch.testing.data import TinyImages
from gansearch.testing.variants import structures, variants
from gansearch.training import Lane, Pack
from gansearch.tricks import Classes, Lanes, Role, Trick

SEEDS = (3, 4, 5)
PARITY_EPOCHS = 25
"""100 steps, for the default structure and the lane in the middle; the short run for the others."""
PARITY_TOLERANCE = 1e-9
SHORT_EPOCHS = 3
SAMPLES = 8


def check_trick_in_packs(cls: type[Trick]) -> None:
    """Everything that only training can tell of a trick."""
    for structure in structures(cls):
        lanes = variants(cls, len(SEEDS), structure)
        check_parity(lanes, SHORT_EPOCHS)
        check_other_streams(lanes[0])
        check_resume(lanes[0])
        eight = [Lane(tiny_configuration(trick), seed) for seed, trick in enumerate(variants(cls, 8, structure))]
        check_capturable(eight, is_variant=bool(structure))
    check_parity(variants(cls, len(SEEDS)), PARITY_EPOCHS, only=(1,))
    check_parity(variants(cls, len(SEEDS)), SHORT_EPOCHS, architecture="dcgan")
    check_it_acts(cls)
    check_neutral_run(cls)


def check_parity(
    tricks: Sequence[Trick],
    epochs: int = PARITY_EPOCHS,
    *,
    only: Sequence[int] = (0, 1, 2),
    architecture: str = "mlp",
) -> None:
    """After training in float64 a lane of a pack, whose neighbours differ, equals the lane alone within 1e-9.

    Args:
        tricks: of the lanes.
        epochs: of 4 steps.
        only: the lanes that are trained alone, too.
        architecture: of both networks.
    """
    together = _trained([(trick,) for trick in tricks], SEEDS, epochs, architecture)
    for index in only:
        trick = tricks[index]
        alone = _trained([(trick,)], SEEDS[index : index + 1], epochs, architecture)
        for averaged in {False, alone.has_average}:
            expected = alone.sample(SAMPLES, averaged=averaged)[0]
            gap = (together.sample(SAMPLES, averaged=averaged)[index] - expected).abs().max().item()
            assert gap <= PARITY_TOLERANCE, f"{trick}: a lane alone and in a pack must be equal; got a gap of {gap}"


def check_other_streams(trick: Trick) -> None:
    """The trick moves no other random stream: latents, batches and another trick's numbers are as without it."""
    without, beside = recorder(), recorder()
    _trained([(without(),)], SEEDS[:1], SHORT_EPOCHS)
    _trained([(beside(), trick)], SEEDS[:1], SHORT_EPOCHS)
    assert without.seen, f"{trick}: other hooks must be called"
    # Beside it there may be more: a trick may have the others make it latents of its own.
    left = iter(beside.seen)
    for expected in without.seen:
        is_there = any(expected.shape == got.shape and torch.equal(expected, got) for got in left)
        assert is_there, f"{trick} must leave latents, batches and other tricks' numbers as they are"


def check_resume(trick: Trick) -> None:
    """A run that is restored from its state goes on as it would have, to the bit."""
    first = _trained([(trick,)], SEEDS[:1], SHORT_EPOCHS)
    state = first.lane_state(0)
    second = _pack([(trick,)], SEEDS[:1])
    second.load_lane_state(0, state)
    expected, got = first.train_epoch(), second.train_epoch()
    assert expected.names == got.names, f"{trick}: signals must keep their names"
    assert np.array_equal(expected.values, got.values, equal_nan=True), f"{trick}: signals must repeat after a resume"
    for averaged in {False, first.has_average}:
        samples = first.sample(SAMPLES, averaged=averaged), second.sample(SAMPLES, averaged=averaged)
        assert torch.equal(*samples), f"{trick}: samples must repeat after a resume"


def check_it_acts(cls: type[Trick]) -> None:
    """On, at the lows, the defaults or the highs of its fields, it makes another run than off."""
    absent = _outcome(())
    same = [torch.equal(absent, _outcome((trick,))) for trick in variants(cls, 3)]
    assert not all(same), f"{cls.__name__} must make a difference somewhere in its ranges; got the run without it"


def _outcome(tricks: tuple[Trick, ...]) -> Tensor:
    pack = _trained([tricks], SEEDS[:1], SHORT_EPOCHS)
    return pack.sample(SAMPLES, averaged=True)


def check_neutral_run(cls: type[Trick]) -> None:
    """At its neutral values the trick leaves the run as if it did not exist, to the bit."""
    if not cls.neutral:
        return
    absent = _trained([()], SEEDS[:1], SHORT_EPOCHS).sample(SAMPLES, averaged=False)
    neutral = _trained([(cls(**cls.neutral),)], SEEDS[:1], SHORT_EPOCHS).sample(SAMPLES, averaged=False)
    assert torch.equal(absent, neutral), f"{cls.__name__} must change nothing at {dict(cls.neutral)}"


class Recorder(Trick):
    """A trick that changes nothing and writes down what it is shown and what it draws."""

    seen: ClassVar[list[Tensor]]


def recorder() -> type[Recorder]:
    """A new recorder with a record of its own."""

    @dataclass(frozen=True, kw_only=True, eq=False)
    class Fresh(Recorder):
        """Leaves ``x`` as it is."""

        # Sorted before every other trick, so that it sees what the trainer drew and not what a trick made of it.
        name: ClassVar[str] = "a_recorder"
        paper: ClassVar[str] = "none, 2024"
        seen: ClassVar[list[Tensor]] = []

        def latents(self, lanes: Lanes, latents: Tensor, classes: Classes) -> Tensor:
            self.seen.append(latents.detach().clone())
            return latents

        def discriminator_input(self, lanes: Lanes, images: Tensor, role: Role) -> Tensor:
            if role == "real":
                self.seen.append(images.detach().clone())
            self.seen.append(lanes.normal((3,)).clone())
            self.seen.append(lanes.uniform((3,)).clone())
            return images

    return Fresh


def _trained(lanes: Sequence[tuple[Trick, ...]], seeds: Sequence[int], epochs: int, architecture: str = "mlp") -> Pack:
    pack = _pack(lanes, seeds, architecture)
    for _ in range(epochs):
        signals = pack.train_epoch()
        assert signals.values.shape[0] == len(seeds), f"{lanes}: signals must have a lane axis"
    assert bool(pack.sample(SAMPLES, averaged=False).isfinite().all()), f"{lanes}: the run must stay finite"
    return pack


def _pack(lanes: Sequence[tuple[Trick, ...]], seeds: Sequence[int], architecture: str = "mlp") -> Pack:
    configurations = [tiny_configuration(*tricks, architecture=architecture) for tricks in lanes]
    return Pack(
        [Lane(configuration, seed) for configuration, seed in zip(configurations, seeds, strict=True)],
        TinyImages().load(None),
        dtype=torch.float64,
    )
