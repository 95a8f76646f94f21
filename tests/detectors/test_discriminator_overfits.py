from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from gansearch.detectors.discriminator_overfits import DiscriminatorOverfits
from gansearch.testing.traces import Column, trace


def late(before: float, after: float, evaluations: int) -> NDArray[np.float64]:
    return np.repeat([before, after], [30 - evaluations, evaluations])


def test_fires_when_training_samples_are_known_by_heart() -> None:
    gaps = np.concatenate([np.full(27, 0.1), [1.0, 1.3, 1.2]])
    finding = DiscriminatorOverfits().check(trace(metrics={"held_out_score_gap": gaps}))
    assert finding is not None
    assert (finding.kind, finding.signal) == ("discriminator_overfits", "held_out_score_gap")
    assert (finding.value, finding.threshold, finding.since_step) == (1.0, 1.0, 2799)
    assert finding.evidence == {"last_gap": 1.2, "evaluations": 3.0}
    assert "at least 1 standard deviations above held-out ones" in finding.sentence


@pytest.mark.parametrize(
    "gaps",
    [
        late(0.1, 0.999, 3),
        late(0.1, 1.5, 2),
        -late(0.1, 1.5, 3),
        np.tile([1.5, 0.5], 15),
        late(0.1, float("nan"), 1),
        None,
    ],
    ids=["below", "twice", "the other way", "now and then", "NaN", "none"],
)
def test_goes_on(gaps: Column) -> None:
    assert DiscriminatorOverfits().check(trace(metrics={"held_out_score_gap": gaps})) is None


def test_the_threshold_is_that_of_the_field() -> None:
    run = trace(metrics={"held_out_score_gap": 0.6})
    assert DiscriminatorOverfits(gap=0.6).check(run) is not None
    assert DiscriminatorOverfits(gap=0.61).check(run) is None


def test_evaluations_within_the_warm_up_do_not_count() -> None:
    assert DiscriminatorOverfits().check(trace(epochs=6, metrics={"held_out_score_gap": 1.5})) is None
    assert DiscriminatorOverfits().check(trace(epochs=7, metrics={"held_out_score_gap": 1.5})) is not None


def test_the_loss_makes_no_difference() -> None:
    critic = trace(is_probability_loss=False, metrics={"held_out_score_gap": 1.5})
    assert DiscriminatorOverfits().check(critic) is not None


def test_it_stops_nothing_by_default() -> None:
    assert DiscriminatorOverfits.default_mode == "shadow"
