from __future__ import annotations

import pytest
import torch

from gansearch.data import Samples
from gansearch.data.stacked_mnist import StackedMnist
from gansearch.metrics.extractor import CHUNK
from gansearch.metrics.per_channel import PerChannel, joint
from gansearch.metrics.reference import shipped_extractor

STACKED = PerChannel(shipped_extractor())


@pytest.fixture(scope="module")
def triples() -> Samples:
    return StackedMnist(train_samples=CHUNK + 100, test_samples=1, digits="mnist5k").load(None).train


def test_its_classes_are_those_of_the_digits_in_turn(triples: Samples) -> None:
    found = STACKED(triples.batch(torch.arange(len(triples))))
    assert found.probabilities is not None
    assert found.probabilities.shape == (len(triples), 1_000)
    assert found.probabilities.dtype == torch.float32
    torch.testing.assert_close(found.probabilities.sum(1), torch.ones(len(triples)), rtol=0, atol=1e-5)
    assert (found.probabilities.argmax(1) == triples.labels).double().mean().item() >= 0.98


def test_features_are_those_of_the_channels_side_by_side(triples: Samples) -> None:
    images = triples.batch(torch.arange(7))
    found = STACKED(images)
    assert found.features.shape == (7, 3 * 128)
    for channel, features in enumerate(torch.split(found.features, 128, dim=1)):
        torch.testing.assert_close(features, shipped_extractor()(images[:, channel : channel + 1]).features)


def test_chunks_apart_are_measured_to_the_same_bits(triples: Samples) -> None:
    images = triples.batch(torch.arange(len(triples)))
    apart = torch.cat([STACKED(images[:CHUNK]).features, STACKED(images[CHUNK:]).features])
    assert torch.equal(STACKED(images).features, apart)


def test_name_and_hash_tell_of_what_is_within() -> None:
    assert STACKED.name == "mnist-cnn-x3"
    assert len(STACKED.hash) == 12
    assert len({STACKED.hash, shipped_extractor().hash, PerChannel(shipped_extractor(), 2).hash}) == 3


def test_the_last_channel_varies_fastest() -> None:
    probabilities = torch.tensor([[[0.25, 0.75], [0.5, 0.5], [1.0, 0.0]]])
    torch.testing.assert_close(
        joint(probabilities), torch.tensor([[0.125, 0, 0.125, 0, 0.375, 0, 0.375, 0]]), rtol=0, atol=1e-7
    )
