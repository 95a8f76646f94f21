"""Row 22 of the table of tricks."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, softplus

from gansearch.data import Data
from gansearch.testing.configurations import tiny_configuration
from gansearch.testing.hooks import give_parameters
from gansearch.testing.lanes import FakeLanes
from gansearch.training import Lane, Pack
from gansearch.tricks import Batch
from gansearch.tricks.semi_supervised import SemiSupervised, first_of_each

CLASSES = 3
BATCH = 12


def started(trick: SemiSupervised) -> FakeLanes:
    lanes = FakeLanes(classes=CLASSES)
    give_parameters(trick, lanes)
    lanes.state.update(trick.initial_state(lanes))
    return lanes


def logits(lanes: FakeLanes, features: Tensor) -> Tensor:
    return features @ lanes.own["classes.weight"].mT + lanes.own["classes.bias"][:, None]


def test_its_losses_are_those_of_a_softmax_over_one_class_more() -> None:
    lanes = started(SemiSupervised())
    features = lanes.numbers("features", (BATCH, lanes.feature_size))
    scores = SemiSupervised().scores(lanes, lanes.numbers("scores", (BATCH,)), features, None)
    known = logits(lanes, features)
    # The class of fakes comes last, with a logit of 0.
    probabilities = torch.cat([known, torch.zeros_like(known[..., :1])], 2).softmax(2)
    torch.testing.assert_close(softplus(scores), -probabilities[..., -1].log(), rtol=0, atol=1e-12)
    torch.testing.assert_close(softplus(-scores), -(1 - probabilities[..., -1]).log(), rtol=0, atol=1e-12)
    z = known.exp().sum(2)
    torch.testing.assert_close(scores.sigmoid(), z / (z + 1), rtol=0, atol=1e-12)


def test_the_labelled_loss_is_the_cross_entropy_over_the_known_classes() -> None:
    trick = SemiSupervised(weight=0.3, count=1)
    lanes = started(trick)
    # One sample in a row: whatever is drawn, it is that one.
    lanes.state["labelled"].copy_(torch.tensor([[7]]).expand(3, CLASSES))
    real = lanes.samples("real", BATCH)
    batch = Batch(real=real, fake=real, real_scores=lanes.discriminate(real), fake_scores=lanes.discriminate(real))
    got = trick.discriminator_loss(lanes, batch)
    shown = lanes.real(torch.full((3, 1), 7))
    known = logits(lanes, lanes.features(shown.images))[:, 0]
    assert shown.classes is not None
    pairs = zip(known, shown.classes[:, 0], strict=True)
    expected = torch.stack([0.3 * cross_entropy(lane, label) for lane, label in pairs])
    torch.testing.assert_close(got, expected, rtol=1e-12, atol=0)


@pytest.mark.parametrize("count", [1, 10, 100])
def test_every_class_has_as_many_labels(count: int) -> None:
    trick = SemiSupervised(count=count)
    lanes = started(trick)
    labelled = lanes.state["labelled"]
    assert labelled.shape == (3, count * CLASSES)
    classes = lanes.real(labelled).classes
    assert classes is not None
    for label in range(CLASSES):
        assert (classes == label).sum(1).tolist() == [count] * 3
    assert not torch.equal(labelled[0], labelled[1])


def test_the_first_of_each_class_are_taken_in_their_order() -> None:
    found = torch.tensor([[2, 0, 0, 1, 0, 2, 1, 1]])
    assert first_of_each(found, 3, 2).tolist() == [[1, 2, 3, 6, 0, 5]]


def test_a_rare_class_is_filled_up_with_others() -> None:
    found = torch.tensor([[0, 0, 1, 0]])
    assert first_of_each(found, 2, 2).tolist() == [[0, 1, 2, 0]]


def test_labelled_samples_stay_the_same(tiny_data: Data) -> None:
    pack = Pack([Lane(tiny_configuration(SemiSupervised()), 1)], tiny_data)
    before = pack._training.tricks["semi_supervised"]["labelled"].clone()
    pack.train_epoch()
    assert torch.equal(pack._training.tricks["semi_supervised"]["labelled"], before)
