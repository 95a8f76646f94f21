from __future__ import annotations

import math

import pytest
import safetensors.torch
import torch
from torch import Generator

from gansearch.errors import CorruptFileError
from gansearch.metrics.extractor import CHUNK, CnnExtractor, extractor_from_bytes, rounded, weight_shapes
from gansearch.metrics.extractor_training import initial_weights
from gansearch.records import Geometry
from gansearch.testing.measured import normal

TINY = Geometry((1, 8, 8), bounded=True, classes=3)


@pytest.fixture
def extractor() -> CnnExtractor:
    return CnnExtractor("tiny-cnn", rounded(initial_weights(TINY, Generator().manual_seed(0))))


def images(count: int) -> torch.Tensor:
    return normal(1, count, 64).reshape(count, 1, 8, 8).tanh()


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 32), (1, 9, 7)])
def test_measures_images_of_any_size(shape: tuple[int, int, int]) -> None:
    geometry = Geometry(shape, bounded=True, classes=10)
    found = CnnExtractor("any", initial_weights(geometry, Generator().manual_seed(0)))(torch.zeros(4, *shape))
    assert found.features.shape == (4, 128)
    assert found.probabilities is not None
    assert found.probabilities.shape == (4, 10)
    assert sum(math.prod(each) for each in weight_shapes(geometry).values()) < 500_000


def test_probabilities_sum_to_one_without_gradients(extractor: CnnExtractor) -> None:
    found = extractor(images(20).requires_grad_())
    assert found.probabilities is not None
    torch.testing.assert_close(found.probabilities.sum(1), torch.ones(20), rtol=0, atol=1e-6)
    assert not found.features.requires_grad
    assert bool((found.features >= 0).all())


def test_an_image_is_measured_alike_in_any_company(extractor: CnnExtractor) -> None:
    many = images(2 * CHUNK + 3)
    features = extractor(many).features
    assert torch.equal(features, extractor(many).features)
    torch.testing.assert_close(features[CHUNK - 1 : CHUNK + 1], extractor(many[CHUNK - 1 : CHUNK + 1]).features)


def test_a_file_holds_the_very_extractor(extractor: CnnExtractor) -> None:
    again = extractor_from_bytes(extractor.to_bytes(), "here")
    assert (again.name, again.hash) == ("tiny-cnn", extractor.hash)
    assert torch.equal(again(images(9)).features, extractor(images(9)).features)


def test_the_hash_sees_every_weight(extractor: CnnExtractor) -> None:
    changed = {name: weight.clone() for name, weight in extractor.weights.items()}
    changed["conv1.bias"][3] += 0.5
    assert CnnExtractor("tiny-cnn", changed).hash != extractor.hash


def test_a_changed_weight_is_found_out(extractor: CnnExtractor) -> None:
    content = bytearray(extractor.to_bytes())
    content[-1] ^= 1
    with pytest.raises(CorruptFileError, match=f"weights in here must have hash {extractor.hash}; got "):
        extractor_from_bytes(bytes(content), "here")


def test_another_definition_is_refused(extractor: CnnExtractor) -> None:
    other = safetensors.torch.save(dict(extractor.weights), {"name": "other", "definition": "dense", "format": "1"})
    with pytest.raises(CorruptFileError, match=r"must be defined as 'conv5s2-16 .*there says"):
        extractor_from_bytes(other, "there")


@pytest.mark.parametrize("content", [b"", b"no extractor at all", b"\x08\x00\x00\x00\x00\x00\x00\x00notjson!"])
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(CorruptFileError, match="must be a safetensors file; here is none"):
        extractor_from_bytes(content, "here")
