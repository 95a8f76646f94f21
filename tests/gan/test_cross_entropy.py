"""The losses against closed forms, and their slopes where a discriminator is sure."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, autograd

from gansearch.gan import Loss, losses
from gansearch.gan.cross_entropy import FORMS, Minimax, NonSaturating, clamped_cross_entropy, cross_entropy, divergence
from tests.gan.fixed_scores import FAKE, REAL, best_score, discriminator_loss, generator_loss, mean_of, slope

BOTH: list[type[Loss]] = [NonSaturating, Minimax]
PROBABILITIES = torch.arange(1, 1000, dtype=torch.float64) / 1000


def entropy(score: float, label: float) -> float:
    d = 1 / (1 + math.exp(-score))
    return -label * math.log(d) - (1 - label) * math.log(1 - d)


def binary(p: float) -> float:
    """The entropy of a coin."""
    return -sum(q * math.log(q) for q in (p, 1 - p) if q > 0)


def uniform(low: float, high: float) -> Tensor:
    """A thousand labels spread evenly, as one lane."""
    return (low + (high - low) * (torch.arange(1000, dtype=torch.float64) + 0.5) / 1000)[None]


def test_both_are_found_and_are_cross_entropies_with_targets() -> None:
    assert {losses.get("minimax"), losses.get("non_saturating")} == set(BOTH)
    assert all(loss.facts.is_probability_loss and loss.facts.has_targets for loss in BOTH)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("cls", BOTH)
@pytest.mark.parametrize(("real_label", "fake_label"), [(1.0, 0.0), (0.9, 0.1)])
def test_discriminator_is_the_sum_of_two_cross_entropies(
    cls: type[Loss], form: str, real_label: float, fake_label: float
) -> None:
    got = discriminator_loss(cls(form=form), real_label, fake_label)  # type: ignore[call-arg]

    of_real = mean_of(lambda s: entropy(s, real_label), REAL)
    of_fake = mean_of(lambda s: entropy(s, fake_label), FAKE)
    less = binary(real_label) + binary(fake_label) if form == "divergence" else 0.0
    expected = [real + fake - less for real, fake in zip(of_real, of_fake, strict=True)]
    assert got.tolist() == pytest.approx(expected, abs=1e-11)


@pytest.mark.parametrize("form", FORMS)
def test_closed_forms_of_the_generators_losses(form: str) -> None:
    non_saturating = mean_of(lambda s: math.log(1 + math.exp(-s)), FAKE)
    minimax = mean_of(lambda s: -math.log(1 + math.exp(s)), FAKE)

    assert generator_loss(NonSaturating(form=form)).tolist() == pytest.approx(non_saturating, abs=1e-11)
    assert generator_loss(Minimax(form=form)).tolist() == pytest.approx(minimax, abs=1e-11)


@pytest.mark.parametrize("cls", BOTH)
def test_by_default_it_is_the_one_on_logits(cls: type[Loss]) -> None:
    ones, zeros = torch.ones_like(REAL), torch.zeros_like(FAKE)
    expected = (F.softplus(REAL) - REAL).mean(1) + F.softplus(FAKE).mean(1)

    assert torch.equal(cls().discriminator(real=REAL, fake=FAKE, real_labels=ones, fake_labels=zeros), expected)


def test_slopes_where_the_discriminator_is_sure() -> None:
    assert slope(NonSaturating(), -10.0) == pytest.approx(-1.0, abs=1e-4)
    assert slope(Minimax(), -10.0) == pytest.approx(-4.5e-5, rel=0.01)
    assert slope(Minimax(generator_labels="real"), -10.0) == pytest.approx(-1.0, abs=1e-4)


def test_no_slope_dies_or_overflows_on_logits() -> None:
    assert slope(NonSaturating(), -1e4) == pytest.approx(-1.0, abs=1e-12)
    assert slope(Minimax(), 1e4) == pytest.approx(-1.0, abs=1e-12)


def test_the_slope_dies_on_clamped_probabilities() -> None:
    def clamped(score: float) -> float:
        return slope(NonSaturating(form="clamped"), score, dtype=torch.float32)

    assert clamped(-25.0) == pytest.approx(-1.0, abs=1e-6)
    assert clamped(-28.0) == pytest.approx(-math.exp(-28.0) * 1e12, rel=1e-4)  # -0.69
    assert -1e-3 < clamped(-35.0) < 0
    assert clamped(-120.0) == 0.0
    assert slope(NonSaturating(), -120.0, dtype=torch.float32) == -1.0


def test_clamped_is_torchs_own() -> None:
    scores = torch.tensor([[-200.0, -30.0, -5.0, 0.0], [0.5, 5.0, 20.0, 200.0]], dtype=torch.float32)
    labels = torch.tensor([[0.0, 0.3, 0.5, 1.0], [0.9, 1.0, 0.0, 0.25]])
    ours, theirs = scores.clone().requires_grad_(), scores.clone().requires_grad_()
    got = clamped_cross_entropy(ours, labels)
    expected = F.binary_cross_entropy(theirs.sigmoid(), labels, reduction="none").mean(1)

    torch.testing.assert_close(got, expected, rtol=1e-6, atol=1e-7)
    slopes = autograd.grad(got.sum(), ours)[0], autograd.grad(expected.sum(), theirs)[0]
    torch.testing.assert_close(*slopes, rtol=1e-5, atol=1e-7)


def test_clamped_takes_labels_outside_0_and_1() -> None:
    labels = torch.full_like(FAKE, 1.2)

    torch.testing.assert_close(clamped_cross_entropy(FAKE, labels), cross_entropy(FAKE, labels), rtol=0, atol=1e-11)


def test_a_divergence_has_the_slopes_of_the_cross_entropy_and_the_floor_0() -> None:
    labels = torch.full_like(FAKE, 0.75)
    scores = FAKE.clone().requires_grad_()
    slopes = [autograd.grad(function(scores, labels).sum(), scores)[0] for function in (cross_entropy, divergence)]
    best = torch.full_like(FAKE, math.log(3))  # D = 0.75

    assert torch.equal(*slopes)
    assert divergence(best, labels).tolist() == pytest.approx([0.0, 0.0], abs=1e-12)
    assert cross_entropy(best, labels).tolist() == pytest.approx([binary(0.75)] * 2, abs=1e-12)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("labels", [1.0, 0.9, 0.0])
def test_the_minimax_loss_with_flipped_labels_is_the_non_saturating_one_to_the_bit(form: str, labels: float) -> None:
    found = []
    for loss in (NonSaturating(form=form), Minimax(form=form, generator_labels="real")):
        fake = FAKE.clone().requires_grad_()
        value = loss.generator(fake=fake, labels=torch.full_like(fake, labels))
        found.append((value, *autograd.grad(value.sum(), fake), discriminator_loss(loss)))

    for one, other in zip(*found, strict=True):
        assert torch.equal(one, other)
    assert not torch.equal(generator_loss(Minimax(form=form)), generator_loss(NonSaturating(form=form)))


@pytest.mark.parametrize(
    ("real", "fake", "floors"),
    [
        (uniform(0.7, 1.2), uniform(0.0, 0.3), (0.199, 0.423)),  # soft and noisy
        (uniform(0.9, 1.0), uniform(0.0, 0.1), (0.199, 0.199)),  # noisy
        (uniform(0.99, 0.99), uniform(0.1, 0.1), (0.056, 0.325)),  # slightly off
        (uniform(0.9, 0.9), uniform(0.0, 0.0), (0.325, 0.0)),  # one-sided smoothing
        ((uniform(0, 1) > 0.05).double(), (uniform(0, 1) < 0.05).double(), (0.199, 0.199)),  # 5 % flips
        (uniform(1.0, 1.0), uniform(0.0, 0.0), (0.0, 0.0)),
    ],
)
def test_floors_of_labels(real: Tensor, fake: Tensor, floors: tuple[float, float]) -> None:
    apart = [
        NonSaturating().floor(real_labels=real, fake_labels=torch.zeros_like(fake)).item(),
        NonSaturating().floor(real_labels=torch.ones_like(real), fake_labels=fake).item(),
    ]
    both = {form: NonSaturating(form=form).floor(real_labels=real, fake_labels=fake).item() for form in FORMS}

    assert apart == pytest.approx(floors, abs=5e-4)
    assert both == pytest.approx({"logits": sum(apart), "clamped": sum(apart), "divergence": 0.0}, abs=1e-12)


@pytest.mark.parametrize("form", FORMS)
def test_the_floor_is_what_the_best_constant_scores_pay(form: str) -> None:
    real, fake = uniform(0.7, 1.2), uniform(0.0, 0.3)
    best = [torch.full_like(labels, math.log(p / (1 - p))) for labels, p in ((real, 0.95), (fake, 0.15))]
    loss = NonSaturating(form=form)

    got = loss.discriminator(real=best[0], fake=best[1], real_labels=real, fake_labels=fake)

    torch.testing.assert_close(got, loss.floor(real_labels=real, fake_labels=fake), rtol=0, atol=1e-10)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("real_share", "fake_share", "labels"),
    [(0.5, 0.5, (1.0, 0.0)), (0.8, 0.2, (1.0, 0.0)), (0.6, 0.2, (0.99, 0.1)), (0.2, 0.6, (0.9, 0.0))],
)
def test_the_best_discriminator(form: str, real_share: float, fake_share: float, labels: tuple[float, float]) -> None:
    expected = (labels[0] * real_share + labels[1] * fake_share) / (real_share + fake_share)

    best = best_score(NonSaturating(form=form), PROBABILITIES.logit(), real_share, fake_share, labels)

    assert 1 / (1 + math.exp(-best)) == pytest.approx(expected, abs=6e-4)


@pytest.mark.parametrize("alpha", [0.7, 0.9, 1.0])
def test_one_sided_smoothing_of_equal_distributions(alpha: float) -> None:
    best = best_score(NonSaturating(), PROBABILITIES.logit(), 1.0, 1.0, (alpha, 0.0))

    assert 1 / (1 + math.exp(-best)) == pytest.approx(alpha / 2, abs=6e-4)


@pytest.mark.parametrize("cls", BOTH)
@pytest.mark.parametrize("score", [-2.0, 0.0, 3.0])
def test_label_zero_mirrors_the_game(cls: type[Loss], score: float) -> None:
    assert slope(cls(), score, label=0.0) == pytest.approx(-slope(cls(), -score, label=1.0), abs=1e-12)


def test_flipping_the_generators_targets_is_the_non_saturating_loss() -> None:
    labels = torch.ones_like(FAKE)

    assert torch.equal(NonSaturating().generator(fake=FAKE, labels=labels), cross_entropy(FAKE, labels))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("cls", BOTH)
def test_a_nan_stays_in_its_lane(cls: type[Loss], form: str) -> None:
    loss: Loss = cls(form=form)  # type: ignore[call-arg]
    fake: Tensor = FAKE.clone()
    fake[1, 0] = float("nan")
    ones, zeros = torch.ones_like(FAKE), torch.zeros_like(FAKE)

    pair = (
        loss.discriminator(real=REAL, fake=fake, real_labels=ones, fake_labels=zeros),
        loss.generator(fake=fake, labels=ones),
    )

    for values in pair:
        assert values.isnan().tolist() == [False, True]


def test_above_0_a_score_takes_its_sample_for_a_real_one() -> None:
    scores = torch.tensor([[-1.0, 0.0, 1e-9, 2.0]])

    assert NonSaturating().says_real(scores).tolist() == [[False, False, True, True]]
