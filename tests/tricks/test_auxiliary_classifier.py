"""Row 24 of the table of tricks. That a weight of 0 changes no bit is part of the contract suite."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from gansearch.data import Data
from gansearch.testing.configurations import tiny_configuration
from gansearch.testing.hooks import give_parameters
from gansearch.testing.lanes import FakeLanes
from gansearch.training import Lane, Pack
from gansearch.tricks import Batch
from gansearch.tricks.auxiliary_classifier import AuxiliaryClassifier

CLASSES = 3
BATCH = 12


def started(trick: AuxiliaryClassifier) -> FakeLanes:
    lanes = FakeLanes(classes=CLASSES)
    give_parameters(trick, lanes)
    lanes.state.update(trick.initial_state(lanes))
    return lanes


def batch(lanes: FakeLanes) -> Batch:
    real, fake = lanes.samples("real", BATCH), lanes.samples("fake", BATCH)
    classes = (torch.arange(BATCH) % CLASSES).expand(lanes.count, -1)
    return Batch(
        real=real,
        fake=fake,
        real_scores=lanes.discriminate(real),
        fake_scores=lanes.discriminate(fake),
        real_classes=classes,
        fake_classes=classes.flip(1),
        real_features=lanes.features(real),
        fake_features=lanes.features(fake),
    )


def entropy(lanes: FakeLanes, features: Tensor | None, classes: Tensor | None) -> Tensor:
    """The classes' cross entropy by torch, lane by lane."""
    assert features is not None
    assert classes is not None
    weight, bias = lanes.own["classes.weight"], lanes.own["classes.bias"]
    lanes_of = zip(features, classes, weight, bias, strict=True)
    return torch.stack([torch.nn.functional.cross_entropy(f @ w.T + b, c) for f, c, w, b in lanes_of])


def test_on_the_discriminator_it_is_the_cross_entropy_of_real_samples() -> None:
    trick = AuxiliaryClassifier(weight=0.3)
    lanes = started(trick)
    seen = batch(lanes)
    expected = 0.3 * entropy(lanes, seen.real_features, seen.real_classes)
    torch.testing.assert_close(trick.discriminator_loss(lanes, seen), expected, rtol=1e-12, atol=0)
    assert trick.generator_loss(lanes, seen) is None


def test_on_both_the_fakes_count_for_either_player() -> None:
    trick = AuxiliaryClassifier(weight=0.3, on="both")
    lanes = started(trick)
    seen = batch(lanes)
    real = 0.3 * entropy(lanes, seen.real_features, seen.real_classes)
    fake = 0.3 * entropy(lanes, seen.fake_features, seen.fake_classes)
    torch.testing.assert_close(trick.discriminator_loss(lanes, seen), real + fake, rtol=1e-12, atol=0)
    torch.testing.assert_close(trick.generator_loss(lanes, seen), fake, rtol=1e-12, atol=0)


def test_logits_of_zero_cost_the_logarithm_of_the_number_of_classes() -> None:
    trick = AuxiliaryClassifier(weight=1.0)
    lanes = started(trick)
    with torch.no_grad():
        for each in lanes.own.values():
            each.zero_()
    assert trick.discriminator_loss(lanes, batch(lanes)).tolist() == pytest.approx([math.log(CLASSES)] * 3, rel=1e-12)
    # Of equal logits the first is the largest: a third of the samples are of that class.
    assert trick.measured(lanes)["accuracy"].tolist() == pytest.approx([1 / CLASSES] * 3, rel=1e-12)


@pytest.mark.parametrize("on", ["discriminator", "both"])
def test_real_samples_are_classified_after_a_few_epochs(tiny_data: Data, on: str) -> None:
    pack = Pack([Lane(tiny_configuration(AuxiliaryClassifier(weight=1.0, on=on), dropout=0.0), 1)], tiny_data)
    for _ in range(25):
        signals = pack.train_epoch()
    accuracy = signals.values[0, signals.names.index("auxiliary_classifier.accuracy")]
    assert accuracy.mean() > 0.95
