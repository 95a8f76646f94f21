from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from gansearch.detectors import Trace
from gansearch.detectors.discriminator_wins import CROSS_ENTROPY, KNOWS_NOTHING, WITH_MARGINS, DiscriminatorWins
from gansearch.gan import losses
from gansearch.testing.traces import Column, Columns, trace

FALLING = np.repeat([0.5, 0.01], [1000, 2000])
WON: Columns = {"d_loss": 1e-3, "d_accuracy_real": 1.0, "d_accuracy_fake": 1.0, "image_grad_norm": FALLING}


def won(**changes: Column) -> Trace:
    return trace(signals={**WON, **changes})


def test_fires_when_the_gradient_has_vanished() -> None:
    finding = DiscriminatorWins().check(won())
    assert finding is not None
    assert (finding.kind, finding.signal) == ("discriminator_wins", "d_loss")
    assert finding.value == pytest.approx(1e-3, rel=1e-6)
    assert finding.threshold == 0.05
    assert finding.evidence["image_grad_norm"] == pytest.approx(0.01, rel=1e-6)
    assert finding.evidence["early_image_grad_norm"] == pytest.approx(0.5, rel=1e-6)
    assert "0.001 above its floor of 0" in finding.sentence


def test_fires_when_the_generator_gets_too_little_to_move() -> None:
    """A gradient that is there at the images may vanish on its way to the parameters."""
    finding = DiscriminatorWins().check(won(image_grad_norm=0.5, g_update_ratio=0.0, g_grad_norm=FALLING))
    assert finding is not None
    assert finding.evidence["g_update_ratio"] == 0.0
    assert finding.evidence["early_g_grad_norm"] == pytest.approx(0.5)


def test_a_generator_that_is_held_still_is_frozen_and_not_beaten() -> None:
    assert DiscriminatorWins().check(won(image_grad_norm=0.5, g_update_ratio=0.0)) is None


@pytest.mark.parametrize(("gradient", "fires"), [(0.0049, True), (0.0051, False)])
def test_a_gradient_may_have_been_none_from_the_start(gradient: float, fires: bool) -> None:
    """Times the spread of real samples, .6, it must be above .003."""
    finding = DiscriminatorWins().check(won(image_grad_norm=gradient))
    assert (finding is not None) == fires
    if finding is not None:
        assert finding.evidence["image_grad_norm"] == pytest.approx(gradient)
        assert finding.evidence["real_spread"] == pytest.approx(0.6)


@pytest.mark.parametrize(("gradient", "fires"), [(0.0499, True), (0.0501, False)])
def test_a_gradient_has_vanished_at_a_tenth(gradient: float, fires: bool) -> None:
    late = np.repeat([0.5, gradient], [1000, 2000])
    assert (DiscriminatorWins().check(won(image_grad_norm=late)) is not None) == fires


def test_inverted_labels_invert_the_accuracies() -> None:
    finding = DiscriminatorWins().check(won(d_accuracy_real=0.005, d_accuracy_fake=0.0))
    assert finding is not None
    assert DiscriminatorWins().check(won(d_accuracy_real=0.005, d_accuracy_fake=1.0)) is None


def of_loss(loss: str, **changes: Column) -> Trace:
    return trace(is_probability_loss=False, loss=loss, signals={**WON, **changes})


@pytest.mark.parametrize(("above", "fires"), [(0.0089, True), (0.0092, False)])
def test_least_squares_have_a_lower_scale(above: float, fires: bool) -> None:
    """.05 nats of 2 log 2 are .009 of a quarter."""
    finding = DiscriminatorWins().check(of_loss("least_squares", d_loss=0.02 + above, label_floor=0.02))
    assert (finding is not None) == fires
    if finding is not None:
        assert finding.threshold == pytest.approx(0.05 * 0.25 / (2 * np.log(2)))
    assert DiscriminatorWins().check(of_loss("least_squares", d_accuracy_real=0.9)) is None


def test_scores_of_a_relativistic_loss_have_no_sign() -> None:
    finding = DiscriminatorWins().check(of_loss("relativistic", d_accuracy_real=0.0))
    assert finding is not None
    assert finding.signal == "d_loss"
    assert finding.threshold == pytest.approx(0.025)
    assert DiscriminatorWins().check(of_loss("relativistic", d_loss=0.03)) is None
    assert DiscriminatorWins().check(of_loss("relativistic", image_grad_norm=0.5)) is None


@pytest.mark.parametrize("loss", ["hinge", "energy"])
def test_within_margins_accuracy_and_gradient_decide(loss: str) -> None:
    finding = DiscriminatorWins().check(of_loss(loss, d_loss=1.8, d_accuracy_fake=0.995))
    assert finding is not None
    assert (finding.signal, finding.threshold) == ("d_accuracy_fake", 0.99)
    assert finding.value == pytest.approx(0.995)
    assert DiscriminatorWins().check(of_loss(loss, d_accuracy_real=0.98)) is None
    assert DiscriminatorWins().check(of_loss(loss, image_grad_norm=0.5)) is None
    assert DiscriminatorWins().check(of_loss(loss, d_accuracy_real=0.0, d_accuracy_fake=0.0)) is None


@pytest.mark.parametrize("loss", ["wasserstein", "boundary_equilibrium", "of_a_plug_in"])
def test_other_losses_can_not_be_won(loss: str) -> None:
    assert DiscriminatorWins().check(of_loss(loss)) is None
    assert DiscriminatorWins().check(of_loss(loss, d_loss=0.0, label_floor=0.0)) is None


def test_every_loss_of_the_package_is_judged_or_left_out_on_purpose() -> None:
    left_out = {"wasserstein", "boundary_equilibrium"}
    entropies = {cls.name for cls in losses if cls.facts.is_probability_loss}
    assert set(losses.names()) == entropies | set(KNOWS_NOTHING) | WITH_MARGINS | left_out


def test_the_scale_is_what_equal_scores_cost() -> None:
    scores, ones = torch.zeros(1, 4), torch.ones(1, 4)
    for name, cost in {**KNOWS_NOTHING, "non_saturating": CROSS_ENTROPY, "minimax": CROSS_ENTROPY}.items():
        equal = scores + 0.5 if name == "least_squares" else scores
        paid = losses.get(name)().discriminator(real=equal, fake=equal, real_labels=ones, fake_labels=1 - ones)
        assert paid.item() == pytest.approx(cost, rel=1e-6)


@pytest.mark.parametrize("floor", [0.325, 0.397, 0.621])
def test_the_loss_is_measured_above_the_floor_of_the_labels(floor: float) -> None:
    finding = DiscriminatorWins().check(won(d_loss=floor + 0.01, label_floor=floor))
    assert finding is not None
    assert finding.value == pytest.approx(0.01, abs=1e-6)
    assert DiscriminatorWins().check(won(d_loss=floor + 0.06, label_floor=floor)) is None


def test_a_wasserstein_critic_may_fall_as_far_as_it_likes() -> None:
    assert DiscriminatorWins().check(replace(won(d_loss=-50.0), is_probability_loss=False, loss="wasserstein")) is None


def test_high_accuracy_with_a_living_gradient_is_healthy() -> None:
    assert DiscriminatorWins().check(won(image_grad_norm=0.4)) is None
    assert DiscriminatorWins().check(won(d_loss=0.15, image_grad_norm=0.3)) is None


def test_a_vanishing_gradient_with_an_even_game_is_no_win() -> None:
    assert DiscriminatorWins().check(won(d_accuracy_fake=0.9)) is None
    assert DiscriminatorWins().check(won(d_loss=1.2)) is None


def test_a_win_of_some_steps_is_none() -> None:
    """Discriminators win the first hundred steps of healthy minimax runs, and lose again."""
    short = np.repeat([1.1, 1e-3, 1.1], [2750, 150, 100])
    assert DiscriminatorWins().check(won(d_loss=short)) is None


def test_waits_for_its_warm_up() -> None:
    first = trace(epochs=4, signals={**WON, "image_grad_norm": FALLING[800:1200]})
    assert first.steps == 400
    assert DiscriminatorWins().check(first) is None


def test_a_missing_signal_is_no_evidence() -> None:
    assert DiscriminatorWins().check(won(image_grad_norm=None)) is None
    assert DiscriminatorWins().check(won(d_accuracy_real=None)) is None
