"""Shares of ends, and computing time spent and saved, by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gansearch.records import End
from gansearch.reporting.analysis import compute, end_shares
from gansearch.reporting.material import StudyMaterial, TrialMaterial


def test_shares_leave_out_what_still_runs(mixed_study: StudyMaterial) -> None:
    shares = {found.end: found.share for found in end_shares(mixed_study.trials)}
    assert list(shares) == ["completed", "pruned", "collapsed", "failed"]
    assert shares["completed"].n == 13
    assert shares["completed"].value == pytest.approx(10 / 13, abs=1e-12)


def test_spent_and_saved(mixed_study: StudyMaterial) -> None:
    found = compute(mixed_study)
    assert found.runs == 14
    assert found.epochs == pytest.approx(10 * 20 + 6 + 8 + 4, abs=1e-9)
    assert found.full_epochs == 14 * 20
    assert found.seconds == pytest.approx(2 * (200 + 6 + 8 + 4), abs=1e-9)
    assert found.evaluation_seconds == pytest.approx(0.5 * (10 * 10 + 3 + 4 + 2), abs=1e-9)
    assert found.stopped == 2
    assert found.saved_epochs == pytest.approx(14 + 12, abs=1e-9)
    assert found.saved_seconds == pytest.approx(2 * (14 + 12), abs=1e-9)


def test_a_run_stopped_before_its_first_epoch_takes_the_others_pace(
    make_trial: Callable[..., TrialMaterial], make_study: Callable[..., StudyMaterial]
) -> None:
    found = compute(make_study(make_trial(0), make_trial(1, End.DIVERGED, epochs=0)))
    assert found.saved_epochs == 20
    assert found.saved_seconds == pytest.approx(40.0, abs=1e-9)


def test_a_failed_run_saves_nothing(
    make_trial: Callable[..., TrialMaterial], make_study: Callable[..., StudyMaterial]
) -> None:
    found = compute(make_study(make_trial(0, End.FAILED, epochs=3)))
    assert (found.stopped, found.saved_epochs, found.saved_seconds) == (0, 0, 0)


def test_nothing_was_run(make_study: Callable[..., StudyMaterial]) -> None:
    found = compute(make_study())
    assert (found.runs, found.epochs, found.seconds, found.saved_seconds) == (0, 0, 0, 0)
    assert end_shares(()) == ()
