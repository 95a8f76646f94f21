from __future__ import annotations

import warnings

import numpy as np
import pytest
from numpy.typing import NDArray

from gansearch.detectors import Trace
from gansearch.detectors.collapse_onset import CollapseOnset
from gansearch.testing.traces import Column, trace

FLAT = 12
"""Evaluations, of 30, over which the generator is flat."""


def late(before: float, after: float, evaluations: int = FLAT) -> NDArray[np.float64]:
    return np.repeat([before, after], [30 - evaluations, evaluations])


def run(steepness: Column, slope: Column, **signals: Column) -> Trace:
    return trace(signals=signals, metrics={"steepness": steepness, "score_slope": slope})


def test_fires_when_the_generator_flattens_under_a_harder_pull() -> None:
    finding = CollapseOnset().check(run(late(2.0, 1.0), late(0.5, 2.0)))
    assert finding is not None
    assert (finding.kind, finding.signal, finding.threshold) == ("collapse_onset", "steepness", 0.8)
    assert finding.value == pytest.approx(0.5)
    assert finding.since_step == 2799
    expected = {"steepness": 1.0, "best_steepness": 2.0, "score_slope": 2.0, "least_score_slope": 0.5}
    assert finding.evidence == pytest.approx(expected)
    assert "at most 0.5 of its best" in finding.sentence
    assert "at least 4 times its least" in finding.sentence


@pytest.mark.parametrize(
    ("steepness", "slope", "fires"),
    [(1.59, 1.01, True), (1.61, 1.01, False), (1.59, 0.99, False), (2.0, 50.0, False), (0.1, 0.5, False)],
    ids=["both", "steep still", "pulled no harder", "slope alone", "steepness alone"],
)
def test_both_must_speak(steepness: float, slope: float, fires: bool) -> None:
    found = CollapseOnset().check(run(late(2.0, steepness), late(0.5, slope)))
    assert (found is not None) is fires


def test_a_run_that_grows_steeper_goes_on_though_the_slope_rises() -> None:
    """As the ring does in which all eight modes are kept."""
    assert CollapseOnset().check(run(np.linspace(1, 4, 30), np.geomspace(0.7, 8, 30))) is None


def test_one_wild_evaluation_is_not_enough() -> None:
    wild = np.concatenate([np.full(29, 2.0), [0.1]])
    assert CollapseOnset().check(run(wild, late(0.5, 2.0))) is None


def test_three_means_of_three_must_show_it() -> None:
    """The third last mean holds none of two flat evaluations, and two of four."""
    two, four = (run(late(2.0, 0.5, count), late(0.5, 3.0, count)) for count in (2, 4))
    assert CollapseOnset().check(two) is None
    assert CollapseOnset().check(four) is not None


def test_an_initialisation_is_no_best() -> None:
    """Steep until step 900, then as it should be."""
    steep = np.repeat([20.0, 2.0], [9, 21])
    assert CollapseOnset().check(run(steep, np.geomspace(0.5, 5, 30))) is None
    assert CollapseOnset(warmup_steps=0, warmup_travel=0.0).check(run(steep, np.geomspace(0.5, 5, 30))) is not None


def test_a_slow_starters_first_steepness_is_no_best() -> None:
    columns = late(2.0, 1.0), late(0.5, 2.0)
    # Moved by half a norm of its parameters at step 1,000, 2,000 (after the fall) and never.
    assert CollapseOnset().check(run(*columns, g_update_ratio=5e-4)) is not None
    assert CollapseOnset().check(run(*columns, g_update_ratio=2.5e-4)) is None
    assert CollapseOnset().check(run(*columns, g_update_ratio=1.5e-4)) is None


def test_it_waits_for_evaluations_after_the_warm_up() -> None:
    short = trace(epochs=14, metrics={"steepness": np.geomspace(5, 0.5, 14), "score_slope": np.geomspace(1, 50, 14)})
    longer = trace(epochs=15, metrics={"steepness": np.geomspace(5, 0.5, 15), "score_slope": np.geomspace(1, 50, 15)})
    assert CollapseOnset().check(short) is None
    assert CollapseOnset(steepness_share=0.9, slope_ratio=1.2).check(short) is None
    assert CollapseOnset(steepness_share=0.9, slope_ratio=1.2, evaluations=2).check(longer) is not None


@pytest.mark.parametrize(
    ("steepness", "slope"), [(None, late(0.5, 2.0)), (late(2.0, 1.0), None), (0.0, late(0.5, 2.0)), (late(2, 1), 0.0)]
)
def test_missing_and_empty_gradients_are_borne(steepness: Column, slope: Column) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert CollapseOnset().check(run(steepness, slope)) is None


def test_without_the_generators_way_steps_decide() -> None:
    assert CollapseOnset().check(run(late(2.0, 1.0), late(0.5, 2.0), g_update_ratio=None)) is not None


def test_a_generator_that_has_died_has_collapsed() -> None:
    finding = CollapseOnset().check(run(late(2.0, 0.0), late(0.5, 2.0)))
    assert finding is not None
    assert finding.value == pytest.approx(0)


def test_it_is_its_own_kind_and_stops_nothing_by_default() -> None:
    assert (CollapseOnset.kind, CollapseOnset.default_mode) == ("collapse_onset", "shadow")
