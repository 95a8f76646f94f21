from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Generator, Tensor

from gansearch.data import Data, Mnist5k, Samples
from gansearch.errors import DataError
from gansearch.metrics.classifier import Architecture
from gansearch.metrics.extractor_training import Recipe, accuracy, batches, steps, train_extractor
from gansearch.metrics.pooled_cnn import POOLED_CNN
from gansearch.metrics.second_classifier import SECOND
from gansearch.metrics.strided_cnn import STRIDED_CNN
from gansearch.metrics.warp import Warp
from gansearch.records import Geometry

RECIPE = Recipe(epochs=10, batch_size=16, warp=Warp(rotation=10.0, shift=1.0))
SHORT = replace(RECIPE, epochs=1)
ARCHITECTURES = pytest.mark.parametrize("architecture", [STRIDED_CNN, POOLED_CNN], ids=lambda each: each.name)


def slopes(count: int, height: int, width: int) -> Samples:
    """Images that are bright in their upper left corner: how one is turned can be told."""
    rows, columns = torch.linspace(1, 0, height)[:, None], torch.linspace(1, 0, width)
    noise = torch.rand(count, 3, height, width, generator=Generator().manual_seed(0))
    values = ((rows + columns) * 90 + noise * 75).to(torch.uint8)
    return Samples(values, torch.zeros(count, dtype=torch.int64))


def unlabelled(samples: Samples) -> Data:
    return Data("pictures", Geometry(tuple(samples.values.shape[1:]), bounded=True, classes=0), samples, None, "abc")


@ARCHITECTURES
def test_learns_and_repeats(tiny_data: Data, architecture: Architecture) -> None:
    first, second = (train_extractor(tiny_data, RECIPE, architecture) for _ in range(2))
    assert tiny_data.test is not None
    assert accuracy(first, tiny_data.test) >= 0.95
    assert first.name == f"{tiny_data.name}-{architecture.name}"
    assert first.hash == second.hash


@pytest.mark.parametrize(("height", "width", "task"), [(8, 8, "rotations"), (8, 70, "mirrorings")])
def test_without_labels_it_learns_how_images_are_turned(height: int, width: int, task: str) -> None:
    samples = slopes(96, height, width)
    found = train_extractor(unlabelled(samples), RECIPE, STRIDED_CNN)
    assert (found.classifier.task, found.name) == (task, f"pictures-{task}-cnn")
    images = samples.batch(torch.arange(16))
    turns = {"rotations": images.rot90(2, (2, 3)), "mirrorings": images.flip(2)}
    for turned, way in ((images, 0), (turns[task], 2)):
        _, logits = found.classifier.classify(found.weights, turned)
        assert (logits.argmax(1) == way).double().mean().item() >= 0.9
    assert found(images).probabilities is None


def test_another_seed_gives_other_weights(tiny_data: Data) -> None:
    others = [train_extractor(tiny_data, replace(SHORT, seed=seed), STRIDED_CNN).hash for seed in (0, 1)]
    assert others[0] != others[1]


def test_draws_nothing_from_the_global_generator(tiny_data: Data) -> None:
    before = torch.get_rng_state()
    train_extractor(tiny_data, SHORT, STRIDED_CNN)
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize(
    ("count", "recipe", "expected"),
    [
        (100, Recipe(epochs=3, batch_size=32), 12),
        (100, Recipe(epochs=3, batch_size=32, most_steps=5), 5),
        (1_000_000, Recipe(epochs=1, batch_size=100, most_samples=1_000), 10),
    ],
)
def test_steps_are_bounded(count: int, recipe: Recipe, expected: int) -> None:
    assert steps(count, recipe) == expected
    assert len(list(batches(count, recipe, Generator().manual_seed(0)))) == expected


def test_an_epoch_sees_every_sample_once() -> None:
    found = list(batches(50, Recipe(epochs=2, batch_size=16), Generator().manual_seed(0)))
    epochs = [torch.cat(found[:4]), torch.cat(found[4:])]
    for epoch in epochs:
        assert epoch.sort().values.tolist() == list(range(50))
    assert not torch.equal(*epochs)


def test_of_many_samples_the_same_few_are_read_again() -> None:
    found = batches(100_000, Recipe(epochs=3, batch_size=16, most_samples=64), Generator().manual_seed(0))
    seen: Tensor = torch.cat(list(found))
    assert len(set(seen.tolist())) == 64
    assert seen.max() > 10_000


def test_mapped_data_is_read_as_it_is_needed(tmp_path: Path) -> None:
    samples = slopes(40, 8, 8)
    path = tmp_path / "values.npy"
    np.save(path, samples.values.numpy())
    mapped = torch.from_numpy(np.load(path, mmap_mode="c"))
    found = [
        train_extractor(unlabelled(replace(samples, values=values)), SHORT, STRIDED_CNN).hash
        for values in (samples.values, mapped)
    ]
    assert found[0] == found[1]


def test_points_are_refused(tiny_data: Data) -> None:
    points = replace(tiny_data, geometry=Geometry((2,), bounded=False, classes=8))
    with pytest.raises(DataError, match=r"must be trained on images \[C, H, W\]; .* has shape \(2,\)"):
        train_extractor(points, RECIPE, STRIDED_CNN)


@pytest.mark.verify
@pytest.mark.parametrize(
    ("architecture", "recipe"), [(STRIDED_CNN, Recipe()), (POOLED_CNN, SECOND)], ids=["reference", "second"]
)
def test_digits_that_it_has_not_seen_are_known(architecture: Architecture, recipe: Recipe) -> None:
    data = Mnist5k().load(None)
    part, held_out = (
        Samples(data.train.values[chosen], data.train.labels[chosen]) for chosen in (slice(4_000), slice(4_000, None))
    )
    extractor = train_extractor(replace(data, train=part), recipe, architecture)
    assert accuracy(extractor, held_out) >= 0.97
