"""What of a step follows from ``training``: how many updates, how many samples, seen together or apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from torch import Tensor

from gansearch.data import Data
from gansearch.gan import discriminators, losses
from gansearch.gan.boundary_equilibrium import BoundaryEquilibrium
from gansearch.gan.dcgan import DcganDiscriminator
from gansearch.records import Facts
from gansearch.testing.configurations import tiny_configuration
from gansearch.training import Configuration, Lane, Pack
from gansearch.training.player import Player
from gansearch.tricks import Batch, Classes, Lanes, Role, Trick

STEPS = 4
"""Of an epoch of the tiny data."""


def with_training(configuration: Configuration, **settings: Any) -> Configuration:
    return replace(configuration, training=replace(configuration.training, **settings))


def pack_of(configuration: Configuration, data: Data) -> Pack:
    return Pack([Lane(configuration, 0)], data, dtype=torch.float64)


def trained(configuration: Configuration, data: Data, epochs: int = 3) -> Pack:
    pack = pack_of(configuration, data)
    for _ in range(epochs):
        pack.train_epoch()
    return pack


@dataclass(frozen=True, kw_only=True, eq=False)
class Counting(Trick):
    """Notes how many samples each role and each loss has."""

    name: ClassVar[str] = "counting"
    paper: ClassVar[str] = "none, 2024"
    seen: ClassVar[list[tuple[str, int]]] = []

    def discriminator_input(self, lanes: Lanes, images: Tensor, role: Role) -> Tensor:
        self.seen.append((role, images.shape[1]))
        return images

    def generator_loss(self, lanes: Lanes, batch: Batch) -> None:
        self.seen.append(("whole real batch", batch.real.shape[1]))


@pytest.mark.parametrize(("d_steps", "g_steps"), [(1, 1), (3, 1), (1, 2), (2, 3)])
def test_updates_are_made_as_often_as_said(
    tiny_data: Data, monkeypatch: pytest.MonkeyPatch, d_steps: int, g_steps: int
) -> None:
    made: list[Player] = []
    original: Callable[..., None] = Player.update

    def counted(self: Player, *args: Any, **settings: Any) -> None:
        made.append(self)
        original(self, *args, **settings)

    monkeypatch.setattr(Player, "update", counted)
    tiny = with_training(tiny_configuration(), d_steps_per_g_step=d_steps, g_steps_per_d_step=g_steps)
    pack = pack_of(tiny, tiny_data)
    pack.train_epoch()

    assert made.count(pack._training.discriminator) == STEPS * d_steps
    assert made.count(pack._training.generator) == STEPS * g_steps
    assert pack.steps == (STEPS,)


def test_a_half_batch_shows_the_discriminator_half_as_many_samples_of_either_kind(tiny_data: Data) -> None:
    Counting.seen.clear()
    trained(with_training(tiny_configuration(Counting()), half_batches=True), tiny_data, epochs=1)

    step = [("real", 8), ("fake", 8), ("real", 16), ("generator", 16), ("whole real batch", 16)]
    assert Counting.seen == step * STEPS


def test_whole_batches_are_of_one_size(tiny_data: Data) -> None:
    Counting.seen.clear()
    trained(tiny_configuration(Counting()), tiny_data, epochs=1)

    step = [("real", 16), ("fake", 16), ("generator", 16), ("whole real batch", 16)]
    assert Counting.seen == step * STEPS


def test_together_or_apart_makes_no_difference_where_no_batch_is_coupled(tiny_data: Data) -> None:
    tiny = tiny_configuration(dropout=0.0)
    mixed, separate = (
        trained(with_training(tiny, discriminator_batches=how), tiny_data).sample(8, averaged=False)
        for how in ("mixed", "separate")
    )
    torch.testing.assert_close(mixed, separate, rtol=0, atol=1e-6)


def real_scores(how: str, data: Data, shift: float) -> Tensor:
    """Scores of real samples beside fakes that are ``shift`` brighter, under batch normalisation."""
    seen: list[Tensor] = []

    @dataclass(frozen=True, kw_only=True, eq=False)
    class Shifting(Trick):
        """Adds a number to the fakes."""

        name: ClassVar[str] = "shifting"
        paper: ClassVar[str] = "none, 2024"

        def discriminator_input(self, lanes: Lanes, images: Tensor, role: Role) -> Tensor:
            return images + shift if role == "fake" else images

        def discriminator_loss(self, lanes: Lanes, batch: Batch) -> None:
            assert batch.real_scores is not None
            seen.append(batch.real_scores.detach())

    coupled = DcganDiscriminator(filters=8, normalisation="batch")
    tiny = replace(tiny_configuration(Shifting(), dropout=0.0), discriminator=coupled)
    trained(with_training(tiny, discriminator_batches=how), data, epochs=1)
    return seen[0]


def test_under_batch_normalisation_fakes_move_the_scores_of_real_samples_only_where_they_are_mixed(
    tiny_data: Data,
) -> None:
    separate = real_scores("separate", tiny_data, 0.0) - real_scores("separate", tiny_data, 0.5)
    mixed = real_scores("mixed", tiny_data, 0.0) - real_scores("mixed", tiny_data, 0.5)
    assert separate.abs().max().item() == 0.0
    assert mixed.abs().max().item() > 1e-3


def test_the_balance_of_began_is_part_of_the_checkpoint(tiny_data: Data) -> None:
    tiny = replace(
        tiny_configuration(),
        loss=BoundaryEquilibrium(k=0.5),
        discriminator=discriminators.get("autoencoder")(),
    )
    pack = trained(tiny, tiny_data)
    state = pack.lane_state(0)
    other = pack_of(tiny, tiny_data)
    other.load_lane_state(0, state)

    assert 0 < abs(state.tensors["loss.k"].item() - 0.5) < 0.1
    values = pack.train_epoch().values, other.train_epoch().values
    assert np.array_equal(*values, equal_nan=True)  # it has no floor


def test_a_relativistic_loss_compares_whole_batches(tiny_data: Data) -> None:
    tiny = replace(tiny_configuration(), loss=losses.get("relativistic")())
    for half in (False, True):
        pack = trained(with_training(tiny, half_batches=half), tiny_data)
        assert bool(pack.sample(8, averaged=False).isfinite().all())


@dataclass(frozen=True, kw_only=True, eq=False)
class Labelled(Trick):
    """Notes the classes that it is told of."""

    name: ClassVar[str] = "labelled"
    paper: ClassVar[str] = "none, 2024"
    facts: ClassVar[Facts] = Facts(needs_labels=True)
    seen: ClassVar[list[tuple[Tensor, Tensor]]] = []
    drawn: ClassVar[list[Tensor]] = []

    def latents(self, lanes: Lanes, latents: Tensor, classes: Classes) -> Tensor:
        assert classes is not None
        self.drawn.append(classes)
        return latents

    def discriminator_loss(self, lanes: Lanes, batch: Batch) -> None:
        assert batch.real_classes is not None
        is_right = batch.real[:, :, 0, :, 4:].mean((2, 3)) > batch.real[:, :, 0, :, :4].mean((2, 3))
        self.seen.append((batch.real_classes, is_right.long()))


def test_classes_are_those_of_the_samples_and_drawn_evenly_for_fakes(tiny_data: Data) -> None:
    Labelled.seen.clear()
    Labelled.drawn.clear()
    pack = trained(tiny_configuration(Labelled()), tiny_data, epochs=3)
    for classes, expected in Labelled.seen:
        assert torch.equal(classes, expected)
    Labelled.drawn.clear()
    pack.sample(2000, averaged=False)
    assert torch.cat(Labelled.drawn, 1).double().mean().item() == pytest.approx(0.5, abs=0.05)


def test_clusters_take_the_place_of_classes(tiny_data: Data) -> None:
    Labelled.seen.clear()
    trained(with_training(tiny_configuration(Labelled()), labels="kmeans", label_clusters=2), tiny_data, epochs=3)
    classes = torch.cat([seen for seen, _ in Labelled.seen], 1)
    halves = torch.cat([expected for _, expected in Labelled.seen], 1)
    # Bright left and bright right halves are the two clusters, in some order.
    assert (classes == halves).double().mean().item() in (0.0, 1.0)
