from __future__ import annotations

import pytest
import safetensors.torch
import torch
from torch import Generator

from gansearch.errors import CorruptFileError
from gansearch.metrics.classifier import Classifier, Task
from gansearch.metrics.extractor import CHUNK, CnnExtractor, extractor_from_bytes, rounded
from gansearch.metrics.extractor_training import initial_weights
from gansearch.metrics.pooled_cnn import POOLED_CNN
from gansearch.metrics.strided_cnn import STRIDED_CNN
from gansearch.testing.measured import normal

TINY = Classifier(STRIDED_CNN, (1, 8, 8), "labels", 3)


def frozen(classifier: Classifier) -> CnnExtractor:
    return CnnExtractor("tiny-cnn", classifier, rounded(initial_weights(classifier, Generator().manual_seed(0))))


@pytest.fixture
def extractor() -> CnnExtractor:
    return frozen(TINY)


def images(count: int) -> torch.Tensor:
    return normal(1, count, 64).reshape(count, 1, 8, 8).tanh()


@pytest.mark.parametrize("task", ["rotations", "mirrorings"])
def test_how_an_image_is_turned_is_no_class_of_it(task: Task) -> None:
    found = frozen(Classifier(STRIDED_CNN, (1, 8, 8), task, 4))(images(4))
    assert found.probabilities is None
    assert found.features.shape == (4, 128)


def test_probabilities_sum_to_one_without_gradients(extractor: CnnExtractor) -> None:
    found = extractor(images(20).requires_grad_())
    assert found.probabilities is not None
    torch.testing.assert_close(found.probabilities.sum(1), torch.ones(20), rtol=0, atol=1e-6)
    assert found.features.shape == (20, 128)
    assert not found.features.requires_grad
    assert bool((found.features >= 0).all())


def test_an_image_is_measured_alike_in_any_company(extractor: CnnExtractor) -> None:
    many = images(2 * CHUNK + 3)
    features = extractor(many).features
    assert torch.equal(features, extractor(many).features)
    torch.testing.assert_close(features[CHUNK - 1 : CHUNK + 1], extractor(many[CHUNK - 1 : CHUNK + 1]).features)


def test_a_file_holds_the_very_extractor(extractor: CnnExtractor) -> None:
    again = extractor_from_bytes(extractor.to_bytes(), "here", TINY)
    assert (again.name, again.hash) == ("tiny-cnn", extractor.hash)
    assert torch.equal(again(images(9)).features, extractor(images(9)).features)


def test_the_hash_sees_every_weight(extractor: CnnExtractor) -> None:
    changed = {name: weight.clone() for name, weight in extractor.weights.items()}
    changed["conv1.bias"][3] += 0.5
    assert CnnExtractor("tiny-cnn", TINY, changed).hash != extractor.hash


def test_the_hash_sees_what_the_classes_are() -> None:
    tasks: tuple[Task, ...] = ("labels", "rotations", "mirrorings")
    assert len({frozen(Classifier(STRIDED_CNN, (1, 8, 8), task, 4)).hash for task in tasks}) == 3


def test_a_changed_weight_is_found_out(extractor: CnnExtractor) -> None:
    content = bytearray(extractor.to_bytes())
    content[-1] ^= 1
    with pytest.raises(CorruptFileError, match=f"weights in here must have hash {extractor.hash}; got "):
        extractor_from_bytes(bytes(content), "here", TINY)


def test_another_definition_is_refused(extractor: CnnExtractor) -> None:
    other = safetensors.torch.save(dict(extractor.weights), {"name": "other", "definition": "dense", "format": "1"})
    with pytest.raises(CorruptFileError, match=r"must be defined as 'conv5s2-16 .*there says"):
        extractor_from_bytes(other, "there", TINY)


@pytest.mark.parametrize(
    "other", [Classifier(POOLED_CNN, (1, 8, 8), "labels", 3), Classifier(STRIDED_CNN, (1, 8, 8), "rotations", 3)]
)
def test_an_extractor_of_another_kind_is_refused(extractor: CnnExtractor, other: Classifier) -> None:
    with pytest.raises(CorruptFileError, match=f"must be defined as '{other.definition[:20]}.*here says"):
        extractor_from_bytes(extractor.to_bytes(), "here", other)


@pytest.mark.parametrize("content", [b"", b"no extractor at all", b"\x08\x00\x00\x00\x00\x00\x00\x00notjson!"])
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(CorruptFileError, match="must be a safetensors file; here is none"):
        extractor_from_bytes(content, "here", TINY)
