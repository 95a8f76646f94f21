from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from gansearch.detectors import Trace
from gansearch.detectors.oscillation import Oscillation, autocorrelation, relative_swing
from gansearch.testing.traces import Column, Columns, trace

STEPS = 6000
NAN = float("nan")


def late(before: float, after: float, evaluations: int) -> NDArray[np.float64]:
    return np.repeat([before, after], [60 - evaluations, evaluations])


def churning(churn: Column, distance: Column = 300.0, **signals: Column) -> Trace:
    return trace(epochs=60, signals=signals, metrics={"class_churn": churn, "frechet_distance": distance})


def wave(period: float, amplitude: float = 0.4, mean: float = 1.1) -> NDArray[np.float64]:
    phase = 2 * np.pi * np.arange(STEPS, dtype=np.float64) / period
    return np.asarray(mean + amplitude * np.sin(phase))


def swinging(losses: Column, **signals: Column) -> Trace:
    return trace(epochs=60, signals={"d_loss": losses, **signals})


def test_fires_when_samples_change_class_to_no_gain() -> None:
    finding = Oscillation().check(churning(late(0.1, 0.6, 10)))
    assert finding is not None
    assert (finding.kind, finding.signal, finding.value, finding.threshold) == ("oscillation", "class_churn", 0.6, 0.5)
    assert finding.since_step == 5099
    assert finding.evidence == pytest.approx({"last_churn": 0.6, "best_before": 300, "best_since": 300})
    assert "at least 0.6 of the same latents gave another class" in finding.sentence


@pytest.mark.parametrize(
    "churn",
    [late(0.1, 0.499, 10), late(0.1, 0.9, 9), np.tile([0.9, 0.4], 30), late(0.1, NAN, 1), None],
    ids=["little", "nine times", "now and then", "unknown", "missing"],
)
def test_less_churn_goes_on(churn: Column) -> None:
    assert Oscillation().check(churning(churn)) is None


def test_churn_on_the_way_to_the_data_goes_on() -> None:
    """Every generator's samples change their classes as they find them; the distance falls meanwhile."""
    assert Oscillation().check(churning(0.9, np.geomspace(900, 100, 60))) is None
    assert Oscillation().check(churning(0.9, np.geomspace(900, 890, 60))) is not None
    assert Oscillation().check(churning(0.9, np.linspace(300, 900, 60))) is not None


def test_the_gain_is_two_sided() -> None:
    """The last smoothed distances are all 3 % lower, or 1 %."""
    assert Oscillation().check(churning(0.9, late(300, 291, 12))) is not None  # fallen before the last ten
    assert Oscillation().check(churning(0.9, late(300, 291, 10))) is None
    assert Oscillation().check(churning(0.9, late(300, 297, 10))) is not None


def test_early_churn_does_not_count() -> None:
    short = trace(epochs=28, metrics={"class_churn": 0.9, "frechet_distance": 300.0})
    assert Oscillation().check(short) is None  # the first of ten lies at step 1,900
    longer = trace(epochs=29, metrics={"class_churn": 0.9, "frechet_distance": 300.0})
    assert Oscillation().check(longer) is not None


def test_a_slow_starter_is_left_alone() -> None:
    assert Oscillation().check(churning(0.9, g_update_ratio=9e-4)) is None
    assert Oscillation().check(churning(0.9, g_update_ratio=1e-3)) is not None
    assert Oscillation().check(churning(0.9, g_update_ratio=None)) is not None


def test_without_distances_churn_says_nothing() -> None:
    assert Oscillation().check(churning(0.9, None)) is None
    few = Oscillation(evaluations=3, warmup_steps=0, warmup_travel=0.0)
    assert few.check(trace(epochs=5, metrics={"class_churn": 0.9, "frechet_distance": 300.0})) is None
    assert few.check(trace(epochs=6, metrics={"class_churn": 0.9, "frechet_distance": 300.0})) is not None


@pytest.mark.parametrize("period", [200, 425, 800])
def test_fires_when_the_loss_swings(period: int) -> None:
    finding = Oscillation().check(swinging(wave(period)))
    assert finding is not None
    assert (finding.signal, finding.threshold, finding.since_step) == ("d_loss", 0.5, 3500)
    assert finding.evidence["lag_steps"] == pytest.approx(period, abs=25)
    assert finding.evidence["relative_swing"] == pytest.approx(0.4 / 2**0.5 / 1.1, rel=0.1)
    assert 0.6 < finding.value <= 1
    assert "d_loss swung with a period of about" in finding.sentence


def test_noise_hides_no_swing() -> None:
    noise = np.random.default_rng(0).normal(0, 0.5, STEPS)
    assert Oscillation().check(swinging(wave(400) + noise)) is not None


@pytest.mark.parametrize(
    ("losses"),
    [
        wave(1200),
        wave(25),
        wave(400, 0.15),
        np.linspace(2, 0.1, STEPS),
        np.geomspace(2, 0.01, STEPS),
        1.1 + np.random.default_rng(0).normal(0, 1, STEPS),
        1.1,
        np.where(np.arange(STEPS) == 5999, NAN, wave(400)),
        None,
    ],
    ids=["too slow to tell", "within a window", "small", "falls", "falls fast", "noise", "still", "NaN", "missing"],
)
def test_other_losses_go_on(losses: Column) -> None:
    assert Oscillation().check(swinging(losses)) is None


def test_the_swing_is_two_sided() -> None:
    """The standard deviation of a wave is its amplitude by the square root of 2."""
    amplitude = 0.1 * 1.1 * 2**0.5
    assert Oscillation().check(swinging(wave(500, 1.03 * amplitude))) is not None
    assert Oscillation().check(swinging(wave(500, 0.97 * amplitude))) is None


def test_a_random_walk_is_rarely_taken_for_a_swing() -> None:
    generator = np.random.default_rng(0)
    walks = 3 + np.cumsum(generator.normal(0, 0.02, (100, STEPS)), axis=1)
    fired = sum(Oscillation().check(swinging(walk)) is not None for walk in walks)
    assert fired <= 5


def test_several_discriminator_steps_and_replay_go_on() -> None:
    """What they change in the losses from step to step is gone in windows of about 25 steps."""
    every_fifth = 1.1 + 0.8 * (np.arange(STEPS) % 5 == 0)
    assert Oscillation().check(swinging(every_fifth)) is None


@pytest.mark.parametrize("name", ["d_update_ratio", "g_update_ratio"])
def test_cyclic_rates_go_on(name: str) -> None:
    cyclic = wave(400, 0.004, 0.005)
    assert Oscillation().check(swinging(wave(400), **{name: cyclic})) is None
    assert Oscillation().check(swinging(wave(400), **{name: wave(400, 0.001, 0.005)})) is not None
    assert Oscillation().check(swinging(wave(400), **{name: wave(270, 0.004, 0.005)})) is not None
    assert Oscillation().check(swinging(wave(400), **{name: None})) is not None


def test_flip_phases_hide_the_period() -> None:
    flips = (np.arange(STEPS) % 400 < 50).astype(float)
    assert Oscillation().check(swinging(wave(400), **{"label_flip_phase.active": flips})) is None


def test_a_critics_loss_may_swing_about_zero() -> None:
    critic = trace(epochs=60, is_probability_loss=False, signals={"d_loss": wave(400, 3, 0)})
    assert Oscillation().check(critic) is not None


def test_early_swings_do_not_count() -> None:
    losses = wave(400)
    early: Columns = {"d_loss": losses[:4400]}
    later: Columns = {"d_loss": losses[:4500]}
    assert Oscillation().check(trace(epochs=44, signals=early)) is None
    assert Oscillation().check(trace(epochs=45, signals=later)) is not None
    assert Oscillation().check(replace(swinging(losses), window_ends=np.zeros(0, np.int64), signals={})) is None


def test_autocorrelation_is_that_of_the_definition() -> None:
    values = np.random.default_rng(1).normal(size=40) + np.linspace(0, 9, 40)
    rest = values - np.polyval(np.polyfit(np.arange(40), values, 1), np.arange(40))
    expected = [(rest[: 40 - lag] * rest[lag:]).sum() / (rest**2).sum() for lag in range(14)]
    np.testing.assert_allclose(autocorrelation(values, 13), expected, rtol=1e-9, atol=1e-12)


def test_relative_swing_is_that_of_the_definition() -> None:
    values = np.random.default_rng(2).normal(0.3, 1, 50)
    assert relative_swing(values) == pytest.approx(values.std() / np.abs(values).mean())
    assert relative_swing(np.zeros(5)) == 0


def test_autocorrelation_of_a_line_is_zero() -> None:
    assert autocorrelation(np.linspace(1, 5, 30), 10).tolist() == [0.0] * 11
    assert autocorrelation(np.zeros(30), 10).tolist() == [0.0] * 11
