"""Rows 15 and 16 of the table of tricks, each with its numbers."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from gansearch.testing.lanes import FakeLanes
from gansearch.tricks import Labels
from gansearch.tricks.label_flips import LabelFlips
from gansearch.tricks.label_smoothing import LabelSmoothing

MANY = 200_000
NOISY = LabelSmoothing(real=0.9, real_range=0.1, fake_range=0.1, generator=True)


def drawn(trick: LabelFlips, count: int = MANY) -> Labels:
    ones = torch.ones(1, count, dtype=torch.float64)
    return trick.labels(FakeLanes(seeds=(0,)), Labels(real=ones, fake=torch.zeros_like(ones)))


def values(labels: Tensor) -> list[float]:
    """Every value that occurs."""
    return sorted(set(labels.flatten().tolist()))


@pytest.mark.parametrize("mode", ["independent", "swap"])
@pytest.mark.parametrize("p", [0.0, 0.01, 0.05, 0.1, 1.0])
def test_the_share_of_flips_is_the_chance(p: float, mode: str) -> None:
    labels = drawn(LabelFlips(discriminator=p, mode=mode))
    error = 4 * math.sqrt(p * (1 - p) / MANY)
    assert (labels.real == 0).double().mean().item() == pytest.approx(p, abs=error)
    assert (labels.fake == 1).double().mean().item() == pytest.approx(p, abs=error)


def test_five_percent_have_the_known_floor_on_either_side() -> None:
    labels = drawn(LabelFlips(discriminator=0.05))
    for got in (labels.real.mean().item(), labels.fake.mean().item()):
        assert -got * math.log(got) - (1 - got) * math.log(1 - got) == pytest.approx(0.199, abs=6e-3)


def test_independent_flips_of_real_and_fake_labels_do_not_go_together() -> None:
    labels = drawn(LabelFlips(discriminator=0.1))
    both = ((labels.real == 0) & (labels.fake == 1)).double().mean().item()
    assert both == pytest.approx(0.01, abs=4 * math.sqrt(0.01 * 0.99 / MANY))


def test_swaps_keep_the_totals_of_each_class() -> None:
    labels = drawn(LabelFlips(discriminator=0.1, mode="swap"))
    assert (labels.real + labels.fake == 1).all()
    assert 0 < (labels.real == 0).sum().item() == (labels.fake == 1).sum().item()


def test_swaps_exchange_whatever_the_labels_are() -> None:
    real, fake = torch.rand(2, 1, 50, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    labels = LabelFlips(discriminator=0.5, mode="swap").labels(FakeLanes(seeds=(0,)), Labels(real=real, fake=fake))
    is_swapped = labels.real == fake
    assert 5 < int(is_swapped.sum()) < 45
    assert torch.equal(labels.real, torch.where(is_swapped, fake, real))
    assert torch.equal(labels.fake, torch.where(is_swapped, real, fake))


def test_a_soft_label_flips_to_its_complement() -> None:
    soft = torch.full((1, 20), 0.9, dtype=torch.float64)
    labels = LabelFlips(discriminator=1.0).labels(FakeLanes(seeds=(0,)), Labels(real=soft, fake=1 - soft))
    assert values(labels.real) == pytest.approx([0.1], abs=1e-12)
    assert values(labels.fake) == pytest.approx([0.9], abs=1e-12)


def test_the_generators_labels_have_a_chance_of_their_own() -> None:
    ones = torch.ones(1, MANY, dtype=torch.float64)
    lanes = FakeLanes(seeds=(0,))
    assert torch.equal(LabelFlips().generator_labels(lanes, ones), ones)
    flipped = LabelFlips(discriminator=0.0, generator=0.05).generator_labels(lanes, ones)
    assert (flipped == 0).double().mean().item() == pytest.approx(0.05, abs=4 * math.sqrt(0.05 * 0.95 / MANY))


def test_lanes_have_chances_of_their_own() -> None:
    ones = torch.ones(2, 50, dtype=torch.float64)
    trick = LabelFlips(discriminator=torch.tensor([0.0, 1.0], dtype=torch.float64))
    labels = trick.labels(FakeLanes(seeds=(0, 1)), Labels(real=ones, fake=torch.zeros_like(ones)))
    assert labels.real.mean(1).tolist() == [1.0, 0.0]
    assert labels.fake.mean(1).tolist() == [0.0, 1.0]


@pytest.mark.parametrize("mode", ["independent", "swap"])
def test_a_flipped_label_has_the_noise_of_the_other_kind(mode: str) -> None:
    labels = NOISY.labels(FakeLanes(seeds=(1,)), drawn(LabelFlips(discriminator=0.05, mode=mode)))
    error = 4 * math.sqrt(0.05 * 0.95 / MANY)
    for got, others in ((labels.real, labels.real < 0.5), (labels.fake, labels.fake > 0.5)):
        assert others.double().mean().item() == pytest.approx(0.05, abs=error)
        assert got[got < 0.5].max().item() == pytest.approx(0.1, abs=1e-3)
        assert got[got > 0.5].min().item() == pytest.approx(0.9, abs=1e-3)
        assert got[got < 0.5].mean().item() == pytest.approx(0.05, abs=2e-3)
        assert got[got > 0.5].mean().item() == pytest.approx(0.95, abs=2e-3)
    if mode == "swap":
        assert (labels.real < 0.5).sum().item() == (labels.fake > 0.5).sum().item()


def test_the_generators_labels_are_flipped_and_noisy_alike() -> None:
    ones = torch.ones(1, MANY, dtype=torch.float64)
    flips = LabelFlips(discriminator=0.0, generator=0.05)
    labels = NOISY.generator_labels(FakeLanes(seeds=(1,)), flips.generator_labels(FakeLanes(seeds=(0,)), ones))
    assert (labels < 0.5).double().mean().item() == pytest.approx(0.05, abs=4 * math.sqrt(0.05 * 0.95 / MANY))
    assert labels[labels < 0.5].max().item() == pytest.approx(0.1, abs=1e-3)
    assert labels[labels > 0.5].min().item() == pytest.approx(0.9, abs=1e-3)
