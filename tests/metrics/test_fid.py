from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
import torch_fidelity
from torch import Generator, Tensor
from torch.utils.data import Dataset

from gansearch.metrics import Measured
from gansearch.metrics.fid import Fid
from gansearch.metrics.frechet_distance import FrechetDistance
from gansearch.metrics.inception import inception_extractor
from gansearch.metrics.kid import Kid
from gansearch.testing.measured import normal, of_features

COUNT = 24


class Pictures(Dataset[Tensor]):
    """Noise in three channels as bytes, brighter by ``level``."""

    def __init__(self, seed: int, level: int) -> None:
        noise = torch.randint(0, 128, (COUNT, 3, 32, 32), generator=Generator().manual_seed(seed))
        self.images = (noise + level).to(torch.uint8)

    def __len__(self) -> int:
        return COUNT

    def __getitem__(self, place: int) -> Tensor:
        return self.images[place]


@pytest.fixture(scope="module")
def pictures() -> tuple[Pictures, Pictures]:
    return Pictures(0, 0), Pictures(1, 100)


@pytest.fixture(scope="module")
def ours(inception_weights: Path, pictures: tuple[Pictures, Pictures]) -> tuple[Measured, Measured]:
    extractor = inception_extractor(inception_weights)
    real, fake = (extractor(each.images / 127.5 - 1) for each in pictures)
    return real, fake


@pytest.fixture(scope="module")
def theirs(inception_weights: Path, pictures: tuple[Pictures, Pictures]) -> Mapping[str, float]:
    """One subset of all samples for KID, so that nothing is left to chance."""
    found: Mapping[str, float] = torch_fidelity.calculate_metrics(
        input1=pictures[0],
        input2=pictures[1],
        feature_extractor_weights_path=str(inception_weights),
        fid=True,
        kid=True,
        kid_subsets=1,
        kid_subset_size=COUNT,
        cuda=False,
        batch_size=COUNT,
        save_cpu_ram=True,
        verbose=False,
        cache=False,
    )
    return found


@pytest.mark.verify
def test_agrees_with_torch_fidelity(ours: tuple[Measured, Measured], theirs: Mapping[str, float]) -> None:
    real, fake = ours
    found = Fid().value(real=real, fake=fake)
    assert found == pytest.approx(theirs["frechet_inception_distance"], rel=1e-4)
    assert found > 0


@pytest.mark.verify
def test_kid_agrees_too(ours: tuple[Measured, Measured], theirs: Mapping[str, float]) -> None:
    real, fake = ours
    found = Kid().value(real=real, fake=fake)
    assert found == pytest.approx(theirs["kernel_inception_distance_mean"], rel=1e-4)


def test_it_is_the_frechet_distance_of_another_view() -> None:
    real, fake = of_features(normal(0, 60, 5)), of_features(normal(1, 60, 5, shift=1.0))
    assert Fid().value(real=real, fake=fake) == FrechetDistance().value(real=real, fake=fake)


def test_without_weights_it_is_refused() -> None:
    for metric in (Fid, Kid):
        assert metric.missing(None, (1, 8, 8)) == (
            "Inception weights (--inception-weights FILE); nothing else stands in for them"
        )
        assert (metric.view, metric.when) == ("inception", "end")
