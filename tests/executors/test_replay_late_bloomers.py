"""Which recorded runs a search must not lose, on a grid whose numbers are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gansearch.curves.corpus import CorpusRun
from gansearch.executors.replay.late_bloomers import promising
from gansearch.executors.replay.recorded_grid import RecordedGrid
from gansearch.space.plan import Objective
from gansearch.testing.recorded_grids import recorded_run

EPOCHS = 20
OBJECTIVE = Objective("frechet_distance")


def run(number: int, early: float, late: float) -> CorpusRun:
    """A run at ``early`` for its first quarter and at ``late`` after it."""
    made = recorded_run({"generator.layers": number}, number, epochs=EPOCHS)
    epoch = made.evaluations["epoch"]
    values = np.where(epoch <= EPOCHS / 4, early, late)
    return replace(made, evaluations={**made.evaluations, "frechet_distance": values})


def test_good_runs_and_those_that_begin_badly() -> None:
    runs = [run(0, early=9, late=1), run(1, early=1, late=2), *(run(2 + index, 3 + index, 5) for index in range(6))]
    found = promising(RecordedGrid.of(runs), OBJECTIVE)
    assert found.good == {runs[0].key, runs[1].key}  # a quarter of eight
    assert found.late == {runs[0].key}


def test_a_run_that_diverged_is_no_good_one() -> None:
    runs = [recorded_run({"generator.layers": 0}, 0, diverges_at=300), *(run(1 + index, 3, 5) for index in range(3))]
    found = promising(RecordedGrid.of(runs), OBJECTIVE)
    assert runs[0].key not in found.good
    assert len(found.good) == 1


def test_where_more_is_better_the_order_turns() -> None:
    runs = [run(index, early=index, late=index) for index in range(4)]
    found = promising(RecordedGrid.of(runs), replace(OBJECTIVE, direction="maximize"))
    assert found.good == {runs[3].key}
    assert found.late == frozenset()
