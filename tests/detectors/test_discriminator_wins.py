from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gansearch.detectors import Trace
from gansearch.detectors.discriminator_wins import DiscriminatorWins
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


def test_fires_for_a_frozen_generator() -> None:
    finding = DiscriminatorWins().check(won(image_grad_norm=0.5, g_update_ratio=0.0))
    assert finding is not None
    assert finding.evidence["g_update_ratio"] == 0.0


@pytest.mark.parametrize("floor", [0.325, 0.397, 0.621])
def test_the_loss_is_measured_above_the_floor_of_the_labels(floor: float) -> None:
    finding = DiscriminatorWins().check(won(d_loss=floor + 0.01, label_floor=floor))
    assert finding is not None
    assert finding.value == pytest.approx(0.01, abs=1e-6)
    assert DiscriminatorWins().check(won(d_loss=floor + 0.06, label_floor=floor)) is None


def test_a_wasserstein_critic_may_fall_as_far_as_it_likes() -> None:
    assert DiscriminatorWins().check(replace(won(d_loss=-50.0), is_probability_loss=False)) is None


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
