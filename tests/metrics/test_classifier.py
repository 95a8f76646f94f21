from __future__ import annotations

import math

import pytest
import torch

from gansearch.metrics.classifier import Architecture, averaged, classifier_for
from gansearch.metrics.pooled_cnn import POOLED_CNN
from gansearch.metrics.strided_cnn import STRIDED_CNN
from gansearch.records import Geometry


def images_of(*shape: int, classes: int = 0) -> Geometry:
    return Geometry(shape, bounded=True, classes=classes)


@pytest.mark.parametrize(
    ("geometry", "task", "classes"),
    [
        (images_of(1, 28, 28, classes=10), "labels", 10),
        (images_of(3, 32, 32), "rotations", 4),
        (images_of(3, 32, 48), "mirrorings", 4),
        (images_of(3, 32, 32, classes=1), "rotations", 4),
    ],
)
def test_classes_are_labels_or_how_an_image_is_turned(geometry: Geometry, task: str, classes: int) -> None:
    found = classifier_for(geometry, STRIDED_CNN)
    assert (found.task, found.classes) == (task, classes)


def test_the_definition_tells_size_and_classes_where_they_matter() -> None:
    layers = "conv5s2-16 relu conv5s2-32 relu dense-128 relu dense-classes; input in [-1, 1]"
    assert classifier_for(images_of(1, 28, 28, classes=10), STRIDED_CNN).definition == layers
    assert classifier_for(images_of(3, 64, 64, classes=2), STRIDED_CNN).definition == layers
    large = classifier_for(images_of(3, 64, 65), STRIDED_CNN).definition
    assert large == f"{layers}, averaged to at most 64 x 64; classes are no mirroring, left-right, up-down and both"
    turned = classifier_for(images_of(3, 64, 64), STRIDED_CNN).definition
    assert turned == f"{layers}; classes are rotations by 0, 90, 180 and 270 degrees"


@pytest.mark.parametrize("architecture", [STRIDED_CNN, POOLED_CNN], ids=lambda each: each.name)
@pytest.mark.parametrize("shape", [(1, 8, 8), (1, 28, 28), (3, 9, 7), (3, 64, 64), (3, 256, 256), (1, 8, 100)])
def test_images_of_any_size_are_seen_within_bounds(architecture: Architecture, shape: tuple[int, ...]) -> None:
    classifier = classifier_for(images_of(*shape, classes=10), architecture)
    weights = {name: torch.full(each, 1e-2) for name, each in classifier.weight_shapes().items()}
    features, logits = classifier.classify(weights, torch.zeros(2, *shape))
    assert (features.shape, logits.shape) == ((2, 128), (2, 10))
    assert sum(math.prod(each) for each in classifier.weight_shapes().values()) < 1_100_000


def test_large_images_are_seen_as_means_over_areas() -> None:
    rows = torch.arange(256.0).reshape(1, 1, 256, 1).expand(1, 3, 256, 128)
    found = averaged(rows, 64)
    assert found.shape == (1, 3, 64, 64)
    torch.testing.assert_close(found[0, 0, :, 5], torch.arange(64.0) * 4 + 1.5, rtol=0, atol=1e-4)
    assert averaged(rows, 256) is rows
