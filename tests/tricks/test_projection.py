"""The projection discriminator, of the list of further tricks."""

from __future__ import annotations

import pytest
import torch

from gansearch.testing.hooks import give_parameters
from gansearch.testing.lanes import FakeLanes
from gansearch.tricks.projection import Projection, projected

CLASSES = torch.tensor([[0, 3, 0], [2, 2, 2]])


def started() -> FakeLanes:
    lanes = FakeLanes(seeds=(0, 1), classes=4)
    give_parameters(Projection(), lanes)
    return lanes


def test_the_product_with_the_vector_of_the_class_is_added() -> None:
    lanes = started()
    scores, features = lanes.numbers("scores", (3,)), lanes.numbers("features", (3, lanes.feature_size))
    got = Projection().scores(lanes, scores, features, CLASSES)
    for lane, sample in ((0, 0), (0, 1), (1, 2)):
        vector = lanes.own["classes.weight"][lane, CLASSES[lane, sample]].detach()
        expected = scores[lane, sample].item() + torch.dot(vector, features[lane, sample]).item()
        assert got[lane, sample].item() == pytest.approx(expected, rel=1e-12)


def test_a_table_of_zeros_leaves_the_scores() -> None:
    lanes = started()
    with torch.no_grad():
        lanes.own["classes.weight"].zero_()
    scores, features = lanes.numbers("scores", (3,)), lanes.numbers("features", (3, lanes.feature_size))
    assert torch.equal(Projection().scores(lanes, scores, features, CLASSES), scores)


def test_the_gradient_at_the_features_is_the_vector() -> None:
    lanes = started()
    scores = lanes.numbers("scores", (3,))
    features, vectors = (lanes.numbers(name, (3, 6)).requires_grad_() for name in ("features", "vectors"))
    slope, of_vectors = torch.autograd.grad(projected(scores, features, vectors).sum(), (features, vectors))
    assert torch.equal(slope, vectors)
    assert torch.equal(of_vectors, features)


def test_only_classes_at_hand_learn() -> None:
    lanes = started()
    scores, features = lanes.numbers("scores", (3,)), lanes.numbers("features", (3, lanes.feature_size))
    made = Projection().scores(lanes, scores, features, CLASSES)
    (slope,) = torch.autograd.grad(made.sum(), lanes.own["classes.weight"])
    assert (slope.abs().sum(2) > 0).tolist() == [[True, False, False, True], [False, False, True, False]]


def test_the_generator_is_told_the_class() -> None:
    lanes = started()
    latents = lanes.numbers("latents", (3, 4))
    got = Projection().latents(lanes, latents, CLASSES)
    assert torch.equal(got, torch.cat([latents, torch.nn.functional.one_hot(CLASSES, 4).double()], 2))
