"""The forms of DRAGAN in row 42 of the table of tricks."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from gansearch.testing.lanes import FakeLanes
from gansearch.tricks import Batch
from gansearch.tricks.dragan import Dragan, around

FORMS = ("half_std", "centred", "per_pixel")
SAMPLES, PIXELS = 2_000, 100


def shifts(form: str, *, size: float = 0.1) -> tuple[Tensor, float]:
    """What is added to samples [SAMPLES, PIXELS], over the standard deviation of these, and that itself."""
    lanes = FakeLanes(seeds=(0,), shape=(PIXELS,))
    real = size * lanes.numbers("real", (SAMPLES, PIXELS))
    std = real.std(correction=0).item()
    return ((around(lanes, real, form) - real) / std)[0], std


@pytest.mark.parametrize(
    ("form", "mean", "variance"),
    [
        # a * u / 2 with both uniform: E = 1/8, E of the square = 1/36.
        ("half_std", 1 / 8, 1 / 36 - 1 / 64),
        ("centred", 0.0, 1 / 12),
        ("per_pixel", 1 / 8, 1 / 36 - 1 / 64),
    ],
)
def test_shifts_have_the_moments_of_their_form(form: str, mean: float, variance: float) -> None:
    shift, _ = shifts(form)
    # Of the first form only the samples are independent.
    assert shift.mean().item() == pytest.approx(mean, abs=5 * math.sqrt(variance / SAMPLES))
    assert shift.var().item() == pytest.approx(variance, rel=0.1)


def test_the_published_forms_differ() -> None:
    found = {form: shifts(form)[0] for form in FORMS}
    # One share for a sample: its numbers go together, so that the means of samples spread as half of one uniform does.
    together = found["half_std"].mean(1).std().item()
    apart = found["per_pixel"].mean(1).std().item()
    assert together == pytest.approx(0.25 / math.sqrt(12), rel=0.1)
    assert apart == pytest.approx(math.sqrt((1 / 36 - 1 / 64) / PIXELS), rel=0.1)
    assert found["half_std"].min().item() >= 0
    assert found["half_std"].max().item() <= 0.5
    assert found["per_pixel"].min().item() >= 0
    assert found["centred"].min().item() < -0.49
    assert found["centred"].max().item() > 0.49


def test_the_deviation_is_that_of_the_lanes_own_batch() -> None:
    lanes = FakeLanes(seeds=(0, 0), shape=(PIXELS,))
    real = torch.stack([lanes.numbers("real", (50, PIXELS))[0] * size for size in (0.01, 0.1)])
    small, large = (around(lanes, real, "per_pixel") - real).unbind()
    torch.testing.assert_close(large, 10 * small)


def test_bounded_samples_stay_within_their_bounds_where_they_are_clipped() -> None:
    lanes = FakeLanes(seeds=(0,))
    real = torch.sign(lanes.samples("real", 50))
    assert around(lanes, real, "centred").abs().max().item() == 1.0
    assert around(lanes, real, "half_std").max().item() > 1.0


@pytest.mark.parametrize("form", FORMS)
def test_a_linear_discriminator_pays_for_the_excess_of_its_norm(form: str) -> None:
    lanes = FakeLanes()
    real, fake = lanes.samples("real", 16), lanes.samples("fake", 16)
    seen = Batch(real=real, fake=fake, real_scores=lanes.discriminate(real), fake_scores=lanes.discriminate(fake))
    penalty = Dragan(weight=2.0, form=form, every=4).discriminator_loss(lanes, seen)
    expected = 2.0 * 4 * (lanes.weights.detach().norm(dim=1) - 1).square()
    assert penalty.tolist() == pytest.approx(expected.tolist(), rel=1e-12)
