from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from gansearch.detectors.generator_frozen import GeneratorFrozen
from gansearch.testing.traces import Columns, trace
from gansearch.tricks.learning_rate_schedule import factor


def late(before: float, after: float, steps: int = 300) -> NDArray[np.float64]:
    return np.repeat([before, after], [3000 - steps, steps])


def test_fires_when_updates_are_nothing() -> None:
    finding = GeneratorFrozen().check(trace(signals={"g_update_ratio": 0.0}))
    assert finding is not None
    assert (finding.kind, finding.signal, finding.value) == ("generator_frozen", "g_update_ratio", 0.0)
    assert finding.threshold == 1e-7
    assert finding.evidence == {"g_grad_norm": 0.5, "d_update_ratio": pytest.approx(0.005)}
    assert finding.since_step == 2700
    assert "an update of the generator was 0 of its parameters" in finding.sentence


@pytest.mark.parametrize(("ratio", "fires"), [(9.9e-8, True), (1.1e-7, False), (1e-5, False)])
def test_a_small_rate_is_no_rest(ratio: float, fires: bool) -> None:
    assert (GeneratorFrozen().check(trace(signals={"g_update_ratio": ratio})) is not None) == fires


@pytest.mark.parametrize("form", ["linear", "cosine", "exponential", "step"])
def test_a_rate_that_has_fallen_to_nothing_is_no_failure(form: str) -> None:
    """Of the generator alone, over ten times as many steps; in one step at a tenth of the run, even."""
    progress = torch.linspace(-1 / 9 if form == "step" else 0, 1, 30_000, dtype=torch.float64)
    rates = 0.005 * factor(progress, 0.0, form).numpy()
    fallen = trace(steps_per_epoch=1000, signals={"g_update_ratio": rates, "d_update_ratio": 0.005})
    for step in range(1000, 30_001, 1000):
        assert GeneratorFrozen().check(fallen.until(step)) is None


def test_the_way_tells_a_frozen_generator_from_one_that_was_told_to_rest() -> None:
    assert GeneratorFrozen().check(trace(signals={"g_update_ratio": late(0.005, 0.0, 2100)})) is not None  # 4.5 norms
    assert GeneratorFrozen().check(trace(signals={"g_update_ratio": late(0.005, 0.0, 1900)})) is None  # 5.5


@pytest.mark.parametrize(("made", "fires"), [(1.0, True), (0.5, True), (0.4, False), (0.0, False)])
def test_a_gate_that_leaves_updates_out_is_believed(made: float, fires: bool) -> None:
    signals: Columns = {"g_update_ratio": 0.0, "loss_gate.generator": made}
    assert (GeneratorFrozen().check(trace(signals=signals)) is not None) == fires


def test_both_must_not_stand_still() -> None:
    assert GeneratorFrozen().check(trace(signals={"g_update_ratio": 0.0, "d_update_ratio": 9e-6})) is None
    assert GeneratorFrozen().check(trace(signals={"g_update_ratio": 0.0, "d_update_ratio": 1.1e-5})) is not None


def test_fires_when_the_gradient_is_lost_within_the_generator() -> None:
    finding = GeneratorFrozen().check(trace(signals={"g_grad_norm": late(0.5, 1e-8)}))
    assert finding is not None
    assert (finding.signal, finding.threshold) == ("g_grad_norm", 1e-5)
    assert finding.value == pytest.approx(1e-8)
    assert finding.evidence["image_grad_norm"] == 0.5
    assert "though that at its images had one of 0.5" in finding.sentence


@pytest.mark.parametrize(
    ("gradient", "at_images", "fires"),
    [(9e-6, 0.5, True), (1.1e-5, 0.5, False), (9e-6, 8e-3, False), (7e-6, 8e-3, True), (0.0, 9e-6, False)],
)
def test_a_generator_that_starves_has_a_gradient_at_its_images(gradient: float, at_images: float, fires: bool) -> None:
    starved = trace(signals={"g_grad_norm": gradient, "image_grad_norm": at_images})
    assert (GeneratorFrozen().check(starved) is not None) == fires


def test_where_the_discriminator_gives_no_gradient_another_kind_speaks() -> None:
    nothing: Columns = {"g_grad_norm": 1e-9, "image_grad_norm": 1e-9, "g_update_ratio": 1e-9}
    assert GeneratorFrozen().check(trace(signals=nothing)) is None


def test_waits_for_its_window() -> None:
    assert GeneratorFrozen().check(trace(epochs=2, signals={"g_update_ratio": 0.0})) is None
    assert GeneratorFrozen().check(trace(epochs=3, signals={"g_update_ratio": 0.0})) is not None


def test_some_steps_are_no_rest() -> None:
    assert GeneratorFrozen().check(trace(epochs=3, signals={"g_grad_norm": np.repeat([0.5, 0.0], [160, 140])})) is None


@pytest.mark.parametrize("gone", ["g_update_ratio", "g_grad_norm", "d_update_ratio"])
def test_a_missing_signal_is_no_evidence(gone: str) -> None:
    assert GeneratorFrozen().check(trace(signals={"g_update_ratio": 0.0, gone: None})) is None
    assert GeneratorFrozen().check(trace(signals={"g_grad_norm": 0.0, "image_grad_norm": None})) is None
