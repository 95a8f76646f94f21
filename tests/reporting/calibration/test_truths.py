"""The ground truth of a corpus: outcomes, best quarters, what is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

from gansearch.curves.corpus import CorpusRun
from gansearch.errors import ReportError
from gansearch.reporting.calibration.outcomes import Outcome
from gansearch.reporting.calibration.truths import best_of_datasets, ground_truth

MakeRun = Callable[..., CorpusRun]


def test_the_known_corpus(corpus: list[CorpusRun]) -> None:
    found = ground_truth(corpus)
    assert Counter(found.outcomes) == {Outcome.SUCCESS: 16, Outcome.TOTAL: 8, Outcome.DIVERGED: 4}
    assert found.is_best.sum() == 2 * (14 // 4)
    assert found.has_failed.sum() == 12
    part = found.where(found.losses == "hinge")
    assert len(part) == 14
    assert part.is_best.sum() == found.is_best[found.losses == "hinge"].sum()


def test_the_best_quarter_is_by_data_set_and_never_diverged(make_run: MakeRun) -> None:
    near = [make_run(i, distance=float(i)) for i in range(1, 9)]
    far = [make_run(i, classes=8, distance=1000.0 + i) for i in range(3)]
    lost = [make_run(0, classes=25, end="diverged")]
    best = best_of_datasets([*near, *far, *lost], 0.25)
    assert np.flatnonzero(best).tolist() == [0, 1, 8]


def test_runs_without_a_known_end_are_named(make_run: MakeRun) -> None:
    assert ground_truth([make_run(0), make_run(7, final={})]).left_out == ("mnist5k-7",)
    with pytest.raises(ReportError, match="got 1 runs, none of which has them"):
        ground_truth([make_run(7, final={})])
