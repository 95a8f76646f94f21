from __future__ import annotations

from collections.abc import Callable

import pytest

from gansearch.curves import Curve, read_curve
from gansearch.errors import StorageError
from gansearch.records import Assignment
from gansearch.storage import Storage
from gansearch.trial.context import TrialContext
from gansearch.trial.final import evaluate_final

Make = Callable[..., Assignment]


def test_a_completed_trial_is_measured_once(make: Make, context: TrialContext, drive: Callable[..., object]) -> None:
    drive([make()], context)
    first = evaluate_final(make(), context)
    second = evaluate_final(make(), context)
    assert first is not None
    assert first.final
    assert first == second
    records, _ = read_curve(Storage(context.storage_url), make().identity)
    curve = Curve.of(records)
    assert [done.final for done in curve.evaluations] == [False, False, True]
    assert curve.end is not None


def test_a_trial_without_a_checkpoint_cannot_be_measured(make: Make, context: TrialContext) -> None:
    with pytest.raises(StorageError, match="s-0 must have a checkpoint"):
        evaluate_final(make(), context)
