from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from gansearch.errors import TrainingError
from gansearch.records import Assignment, End
from gansearch.trial.context import TrialContext
from gansearch.trial.single import train_single

Make = Callable[..., Assignment]


def test_a_single_configuration_gives_its_curve_and_samples(make: Make, context: TrialContext, tmp_path: Path) -> None:
    trained = train_single(make().settings, 7, tmp_path / "one", context)
    assert trained.curve.end is not None
    assert trained.curve.end.end is End.COMPLETED
    assert len(trained.curve.signals["d_loss"]) == 80
    assert trained.sample(5).shape == (5, 2)
    assert torch.equal(trained.sample(5), trained.sample(5))


def test_it_repeats_a_trial_of_a_study(
    make: Make, context: TrialContext, tmp_path: Path, drive: Callable[..., object]
) -> None:
    from gansearch.curves import Curve, read_curve
    from gansearch.storage import Storage

    drive([make(seed=11)], context)
    records, _ = read_curve(Storage(context.storage_url), make().identity)
    again = train_single(make().settings, 11, tmp_path / "again", context)
    np.testing.assert_array_equal(again.curve.signals["g_loss"], Curve.of(records).signals["g_loss"])


def test_a_configuration_that_cannot_be_trained_is_refused(make: Make, context: TrialContext, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="1000"):
        train_single(make(training__batch_size=1000).settings, 7, tmp_path / "one", context)


def test_it_rests_after_so_many_steps_and_the_curve_is_the_same(
    make: Make, context: TrialContext, tmp_path: Path
) -> None:
    whole = train_single(make().settings, 7, tmp_path / "whole", context).curve
    part = train_single(make().settings, 7, tmp_path / "part", context, steps=21).curve
    assert part.end is not None
    assert part.end.end is End.STOPPED_BY_USER
    assert 21 <= part.steps < whole.steps
    np.testing.assert_array_equal(part.signals["g_loss"], whole.signals["g_loss"][: part.steps])
