from __future__ import annotations

from itertools import count

import pytest
import torch
from prdc import compute_prdc
from torch import Tensor

from gansearch.errors import DataError
from gansearch.metrics import _neighbours, metrics
from gansearch.metrics._neighbours import NEIGHBOURS, squared_to_neighbours
from gansearch.testing.measured import normal, of_features

NAMES = ("precision", "recall", "density", "coverage")


def ours(real: Tensor, fake: Tensor) -> dict[str, float]:
    sides = of_features(real), of_features(fake)
    return {name: metrics.get(name)().measure(real=sides[0], fake=sides[1]) for name in NAMES}


@pytest.mark.parametrize(
    ("real", "fake"),
    [
        (normal(0, 700, 16), normal(1, 700, 16)),
        (normal(0, 600, 64), normal(1, 450, 64, scale=0.8, shift=0.2)),
        (normal(0, 300, 2), normal(1, 1100, 2, shift=1.5)),
    ],
)
def test_agrees_with_prdc(real: Tensor, fake: Tensor, capsys: pytest.CaptureFixture[str]) -> None:
    theirs = compute_prdc(real.double().numpy(), fake.double().numpy(), NEIGHBOURS)
    capsys.readouterr()  # prdc prints
    for name, value in ours(real, fake).items():
        assert value == pytest.approx(float(theirs[name]), abs=1e-12), name


def test_normal_samples_against_others_of_their_own() -> None:
    """For one distribution density is near 1; coverage is 1 - (n - 1) ... (n - k) / ((2 n - 1) ... (2 n - k))."""
    count = 2000
    expected = 1.0
    for back in range(1, NEIGHBOURS + 1):
        expected *= (count - back) / (2 * count - back)
    values = ours(normal(2, count, 8), normal(3, count, 8))
    assert values["coverage"] == pytest.approx(1 - expected, abs=0.015)
    assert values["density"] == pytest.approx(1.0, abs=0.05)


def test_a_lost_half_of_the_data_is_lost_coverage() -> None:
    real = torch.cat([normal(4, 200, 3), normal(5, 200, 3, shift=50.0)])
    values = ours(real, normal(6, 400, 3))
    assert values["coverage"] == pytest.approx(0.5, abs=0.02)
    assert values["recall"] == pytest.approx(0.5, abs=0.02)
    assert values["precision"] == pytest.approx(1.0, abs=0.06)


def test_far_away_everything_is_zero() -> None:
    assert ours(normal(0, 50, 4), normal(1, 50, 4, shift=1e3)) == dict.fromkeys(NAMES, 0.0)


def test_equal_samples_have_no_recall() -> None:
    values = ours(normal(0, 50, 4), torch.zeros(50, 4))
    assert values["recall"] == 0
    assert values["precision"] == 1


def test_identical_sets_touch_every_ball() -> None:
    """A ball reaches to a sample without holding it, so that it holds its own centre and four others."""
    real = normal(7, 300, 5)
    assert ours(real, real.clone()) == dict.fromkeys(NAMES, 1.0)


def test_distances_to_neighbours_in_closed_form() -> None:
    line = torch.arange(8.0)[:, None]
    assert squared_to_neighbours(line, 2)[:, 1].tolist() == [4, 1, 1, 1, 1, 1, 1, 4]


@pytest.mark.verify
def test_wide_normal_samples_come_out_as_in_the_readme_of_prdc() -> None:
    """N(0, I) of 1,000 dimensions against itself, 10,000 samples each: seeds move density by .15, the rest by .02."""
    values = ours(normal(0, 10_000, 1_000), normal(1, 10_000, 1_000))
    assert values["precision"] == pytest.approx(0.4772, abs=0.02)
    assert values["recall"] == pytest.approx(0.4705, abs=0.02)
    assert values["density"] == pytest.approx(1.0555, abs=0.15)
    assert values["coverage"] == pytest.approx(0.9735, abs=0.02)


def test_a_pair_is_compared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = count()
    compare = _neighbours.compare
    monkeypatch.setattr(_neighbours, "compare", lambda *sides: (next(calls), compare(*sides))[1])
    ours(normal(0, 20, 2), normal(1, 20, 2))
    assert next(calls) == 1


@pytest.mark.parametrize("name", NAMES)
def test_too_few_samples_are_refused(name: str) -> None:
    sides = {"real": of_features(normal(0, 50, 2)), "fake": of_features(normal(1, NEIGHBOURS, 2))}
    with pytest.raises(DataError, match=f"{name} needs at least 6 samples; got 5 generated ones"):
        metrics.get(name)().value(**sides)
