"""The list of ten in the table of tricks: a target of .6, 500 thousand images."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from gansearch.testing.lanes import FakeLanes
from gansearch.tricks import Batch
from gansearch.tricks.adaptive_augmentation import AdaptiveAugmentation

MANY = 4_000


def started(trick: AdaptiveAugmentation, p: float = 0.0) -> FakeLanes:
    lanes = FakeLanes()
    lanes.state.update(trick.initial_state(lanes))
    lanes.state["p"].fill_(p)
    return lanes


def seen(scores: Tensor) -> Batch:
    images = torch.zeros(*scores.shape, 1, 8, 8, dtype=scores.dtype)
    return Batch(real=images, fake=images, real_scores=scores, fake_scores=scores)


def step(trick: AdaptiveAugmentation, lanes: FakeLanes, positive: tuple[float, float, float]) -> None:
    """A step in which these shares of the lanes' real samples have scores above 0."""
    ranks = torch.arange(100, dtype=torch.float64)
    scores = torch.stack([torch.where(ranks < 100 * share, 2.0, -1.0) for share in positive])
    trick.discriminator_loss(lanes, seen(scores))
    trick.after_step(lanes)


def test_it_moves_towards_the_target_by_the_reals_seen() -> None:
    trick = AdaptiveAugmentation(kimg=4.0, target=0.5)
    lanes = started(trick, 0.5)
    # Mean signs of 0.8, 0.5 and 0: above the target, at it, and below.
    step(trick, lanes, (0.9, 0.75, 0.5))
    moved = lanes.batch_size / 4000
    assert lanes.state["p"].tolist() == pytest.approx([0.5 + moved, 0.5, 0.5 - moved], abs=1e-12)
    assert trick.measured(lanes)["p"].tolist() == lanes.state["p"].tolist()


def test_it_goes_from_zero_to_one_in_so_many_thousand_samples() -> None:
    trick = AdaptiveAugmentation(kimg=0.16)
    lanes = started(trick)
    for number in range(1, 13):
        step(trick, lanes, (1.0, 1.0, 0.0))
        expected = min(number * 16 / 160, 1.0)
        assert lanes.state["p"].tolist() == pytest.approx([expected, expected, 0.0], abs=1e-12)


def test_at_zero_nothing_is_changed() -> None:
    trick = AdaptiveAugmentation(color=True, cutout=True)
    lanes = started(trick)
    images = lanes.samples("real", 16)
    assert torch.equal(trick.discriminator_input(lanes, images, "real"), images)


def test_as_many_samples_are_augmented_as_the_probability_says() -> None:
    trick = AdaptiveAugmentation(translation=False, color=True)
    lanes = started(trick, 0.3)
    images = lanes.samples("real", MANY)
    changed = (trick.discriminator_input(lanes, images, "fake") != images).flatten(2).any(2)
    assert changed.double().mean(1).tolist() == pytest.approx([0.3] * 3, abs=0.04)


def test_every_augmentation_is_drawn_by_itself() -> None:
    trick = AdaptiveAugmentation(translation=False, cutout=True, color=True)
    lanes = started(trick, 0.5)
    images = torch.full((3, MANY, 1, 8, 8), 4.0, dtype=torch.float64)
    got = trick.discriminator_input(lanes, images, "fake")
    is_cut, is_bright = (got == 0).flatten(2).any(2), (got.flatten(2).amax(2) != 4.0)
    for mine in (True, False):
        for other in (True, False):
            share = ((is_cut == mine) & (is_bright == other)).double().mean().item()
            assert share == pytest.approx(0.25, abs=0.02)


def test_gradients_pass() -> None:
    trick = AdaptiveAugmentation()
    lanes = started(trick, 1.0)
    images = lanes.samples("fake", 16).requires_grad_()
    got = trick.discriminator_input(lanes, images, "generator")
    (slope,) = torch.autograd.grad(got.sum(), images)
    assert slope.sum().item() == (got != 0).sum().item()


def test_a_nan_stays_in_its_lane() -> None:
    trick = AdaptiveAugmentation(kimg=4.0)
    lanes = started(trick, 0.5)
    scores = torch.ones(3, 16, dtype=torch.float64)
    scores[0] = torch.nan
    trick.discriminator_loss(lanes, seen(scores))
    trick.after_step(lanes)
    assert lanes.state["p"][1:].tolist() == pytest.approx([0.504, 0.504], abs=1e-12)
