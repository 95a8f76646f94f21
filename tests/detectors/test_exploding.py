from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from gansearch.detectors.exploding import Exploding
from gansearch.testing.traces import Columns, trace


def late(before: float, after: float, steps: int = 100) -> NDArray[np.float64]:
    return np.repeat([before, after], [3000 - steps, steps])


@pytest.mark.parametrize(("signal", "player"), [("g_grad_norm", "generator"), ("d_grad_norm", "discriminator")])
def test_fires_when_a_gradient_leaps(signal: str, player: str) -> None:
    finding = Exploding().check(trace(signals={signal: late(2.0, 5000.0)}))
    assert finding is not None
    assert (finding.kind, finding.signal, finding.value, finding.threshold) == ("exploding", signal, 5000.0, 1000.0)
    assert finding.evidence == {f"earlier_{signal}": 2.0}
    assert finding.since_step == 2900
    assert finding.sentence == (
        f"Over the last 100 steps the gradient of the {player} had a norm of 5e+03, after 2 before (thresholds 1e+03,"
        " and 25 times that)."
    )


def test_a_gradient_must_be_large_and_larger_than_it_was() -> None:
    assert Exploding().check(trace(signals={"g_grad_norm": late(0.5, 999.0)})) is None
    assert Exploding().check(trace(signals={"g_grad_norm": late(0.5, 1000.0)})) is not None
    assert Exploding().check(trace(signals={"g_grad_norm": late(500.0, 12_499.0)})) is None
    wild = Exploding().check(trace(signals={"g_grad_norm": late(500.0, 12_500.0)}))
    assert wild is not None
    assert wild.threshold == 12_500.0


def test_a_critic_whose_gradient_is_always_large_is_well() -> None:
    critic = trace(is_probability_loss=False, signals={"d_grad_norm": 1e5, "d_loss": -50.0, "label_floor": np.nan})
    assert Exploding().check(critic) is None


def test_a_large_penalty_whose_gradient_falls_is_well() -> None:
    assert Exploding().check(trace(signals={"d_grad_norm": np.geomspace(1e5, 10.0, 3000)})) is None


def test_a_gradient_that_rises_slowly_is_well() -> None:
    assert Exploding().check(trace(signals={"g_grad_norm": np.linspace(1.0, 5000.0, 3000)})) is None


def test_some_steps_are_no_explosion() -> None:
    """A spike of one window out of four."""
    assert Exploding().check(trace(signals={"g_grad_norm": late(0.5, 1e6, 25)})) is None


@pytest.mark.parametrize(("clipped", "fires"), [(1.0, False), (0.6, False), (0.4, True), (0.0, True)])
def test_a_clipped_gradient_is_harmless(clipped: float, fires: bool) -> None:
    signals: Columns = {"g_grad_norm": late(0.5, 1e5), "gradient_clipping.generator": clipped}
    assert (Exploding().check(trace(signals=signals)) is not None) == fires


def test_clipping_one_player_does_not_speak_for_the_other() -> None:
    signals: Columns = {"d_grad_norm": late(0.5, 1e5), "gradient_clipping.generator": 1.0}
    assert Exploding().check(trace(signals=signals)) is not None


@pytest.mark.parametrize("player", ["g", "d"])
def test_fires_when_parameters_have_grown_tenfold(player: str) -> None:
    grown = np.concatenate([np.full(25, 20.0), np.linspace(20.0, 230.0, 2975)])
    finding = Exploding().check(trace(signals={f"{player}_norm": grown, f"{player}_update_ratio": 0.02}))
    assert finding is not None
    assert (finding.signal, finding.threshold) == (f"{player}_norm", 200.0)
    assert finding.evidence == {f"first_{player}_norm": 20.0, f"{player}_update_ratio": pytest.approx(0.02)}
    assert finding.value == pytest.approx(226.5, abs=0.5)
    assert "after 20 at the start (threshold 10 times that), and changed by 0.02 of it" in finding.sentence


@pytest.mark.parametrize(
    ("norm", "speed", "fires"),
    [(200.0, 0.02, True), (199.9, 0.02, False), (200.0, 0.0101, True), (200.0, 0.0099, False)],
)
def test_growth_has_exact_thresholds(norm: float, speed: float, fires: bool) -> None:
    grown = trace(signals={"g_norm": late(20.0, norm), "g_update_ratio": speed})
    assert (Exploding().check(grown) is not None) == fires


def test_parameters_that_shrink_or_begin_at_nothing_are_well() -> None:
    assert Exploding().check(trace(signals={"d_norm": late(200.0, 1.0), "d_update_ratio": 0.02})) is None
    assert Exploding().check(trace(signals={"d_norm": late(0.0, 1.0, 2900), "d_update_ratio": 0.02})) is None


@pytest.mark.parametrize(
    ("fake", "real", "fires"),
    [
        (0.99, 0.8, True),
        (0.98, 0.8, True),
        (0.97, 0.8, False),
        (0.985, 0.9, False),  # a tenth of the real ones' .1 is .01
        (0.99, 0.9, True),
        (1.0, 0.99, False),  # the data themselves are nothing but bounds
        (0.8, 0.8, False),
    ],
)
def test_saturation_is_measured_against_real_samples(fake: float, real: float, fires: bool) -> None:
    finding = Exploding().check(trace(signals={"fake_extreme": late(0.5, fake), "real_extreme": real}))
    assert (finding is not None) == fires
    if finding is not None:
        assert (finding.signal, finding.threshold) == ("fake_extreme", 0.98)
        assert finding.value == pytest.approx(fake)


def test_waits_for_its_warm_up() -> None:
    saturated: Columns = {"fake_extreme": 1.0}
    assert Exploding().check(trace(epochs=3, signals=saturated)) is None
    assert Exploding().check(trace(epochs=4, signals=saturated)) is not None


def test_a_missing_signal_is_no_evidence() -> None:
    gone: Columns = dict.fromkeys(["g_grad_norm", "d_grad_norm", "g_norm", "d_norm", "real_extreme"])
    assert Exploding().check(trace(signals={**gone, "fake_extreme": 1.0})) is None
