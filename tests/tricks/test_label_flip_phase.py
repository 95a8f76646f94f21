"""Row 17 of the table of tricks."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from gansearch.data import Data
from gansearch.testing.configurations import tiny_configuration
from gansearch.testing.lanes import FakeLanes
from gansearch.training import Lane, Pack
from gansearch.training.descent.adam import Adam
from gansearch.tricks import Batch, Labels
from gansearch.tricks.inverted_labels import InvertedLabels
from gansearch.tricks.label_flip_phase import LabelFlipPhase, accuracy

STRONG = torch.tensor([[3.0, 4.0, 5.0, 6.0]], dtype=torch.float64)


def run(trick: LabelFlipPhase, strengths: list[bool]) -> list[bool]:
    """Whether the labels were flipped at each step, where the discriminator tells all or half of the samples."""
    lanes = FakeLanes(seeds=(0,))
    lanes.state.update(trick.initial_state(lanes))
    given = Labels(real=torch.ones_like(STRONG), fake=torch.zeros_like(STRONG))
    found = []
    for is_strong in strengths:
        labels = trick.labels(lanes, given)
        real, fake = STRONG, -STRONG if is_strong else STRONG
        trick.discriminator_loss(lanes, Batch(real=real, fake=fake, real_scores=real, fake_scores=fake))
        trick.after_step(lanes)
        is_flipped = bool((labels.real == 0).all())
        assert torch.equal(labels.real, given.fake if is_flipped else given.real)
        assert torch.equal(labels.fake, given.real if is_flipped else given.fake)
        assert trick.measured(lanes)["active"].item() == is_flipped
        found.append(is_flipped)
    return found


def test_a_phase_lasts_its_length_and_rests_after_it() -> None:
    # Always strong: a step that is seen, three flipped ones, two of rest; the next can be seen in the last of them.
    got = run(LabelFlipPhase(length=3.0, cooldown=2.0), [True] * 16)
    assert got == [False] + ([True] * 3 + [False] * 3) * 2 + [True] * 3


def test_it_waits_for_a_strong_discriminator() -> None:
    got = run(LabelFlipPhase(length=2.0, cooldown=0.0), [False, False, True, False, False, False, True, False])
    assert got == [False, False, False, True, True, False, False, True]


def test_lengths_are_rounded() -> None:
    got = run(LabelFlipPhase(length=1.6, cooldown=0.4), [True] * 7)
    assert got == [False, True, True, False, True, True, False]


def test_lanes_have_phases_of_their_own() -> None:
    lanes = FakeLanes(seeds=(0, 1))
    numbers = {"length": torch.tensor([1.0, 3.0]), "cooldown": torch.tensor([50.0, 50.0])}
    trick = LabelFlipPhase(threshold=torch.tensor([0.9, 0.9]), **numbers)
    lanes.state.update(trick.initial_state(lanes))
    real, ones = STRONG.expand(2, -1), torch.ones(2, 4, dtype=torch.float64)
    active: list[Tensor] = []
    for _ in range(6):
        trick.labels(lanes, Labels(real=ones, fake=1 - ones))
        trick.discriminator_loss(lanes, Batch(real=real, fake=-real, real_scores=real, fake_scores=-real))
        trick.after_step(lanes)
        active.append(trick.measured(lanes)["active"].clone())
    assert torch.stack(active).sum(0).tolist() == [1.0, 3.0]


@pytest.mark.parametrize(
    ("real", "fake", "expected"),
    [([1.0, 1.0], [-1.0, -1.0], 1.0), ([1.0, -1.0], [-1.0, -1.0], 0.75), ([-1.0, -1.0], [1.0, 1.0], 0.0)],
)
def test_accuracy_is_the_mean_of_both_kinds(real: list[float], fake: list[float], expected: float) -> None:
    assert accuracy(torch.tensor([real]), torch.tensor([fake])).tolist() == [expected]


@pytest.mark.parametrize("others", [(), (InvertedLabels(),)], ids=["alone", "inverted"])
def test_the_discriminators_loss_rises_in_the_phase(others: tuple[InvertedLabels, ...], tiny_data: Data) -> None:
    trick = LabelFlipPhase(threshold=0.9, length=3.0, cooldown=20.0)
    configuration = replace(tiny_configuration(trick, *others), discriminator_optimizer=Adam(lr=1e-2))
    pack = Pack([Lane(configuration, 1)], tiny_data)
    signals = [pack.train_epoch().lane(0) for _ in range(30)]
    loss, active = (
        torch.cat([torch.from_numpy(each[name]) for each in signals]) for name in ("d_loss", "label_flip_phase.active")
    )
    starts = (active[1:] > active[:-1]).nonzero().flatten() + 1
    assert len(starts) >= 2
    for start in starts.tolist():
        assert active[start : start + 4].tolist() in ([1.0, 1.0, 1.0, 0.0], [1.0] * len(active[start : start + 4]))
        assert loss[start] > 2 * loss[start - 1]
