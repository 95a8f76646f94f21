"""A race over replicates with real training: hopeless configurations get fewer seeds than the best one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from gansearch.records import End
from gansearch.space import SearchSpace
from gansearch.study import open_readonly
from gansearch.testing.studies import run_study

Ring = Callable[..., SearchSpace]
REPLICATES = 8


@pytest.mark.parametrize("lanes", [1, 4])
def test_hopeless_configurations_get_fewer_seeds(
    ring: Ring, lanes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANSEARCH_HOME", str(tmp_path))
    rates = [1e-5, 0.5]  # the other one blows the points apart
    space = ring(
        generator__init="he",
        discriminator__dropout=0.0,
        optimizer__generator__lr={"choice": rates},
        training__epochs=2,
        plan__sampler="grid",
        plan__enqueue=[],
        plan__replicates=REPLICATES,
        plan__pruner="wilcoxon",
    )
    storage = run_study(space, "race", lanes=lanes)
    with open_readonly("race", storage) as study:
        rows = study.trials()
    trained = Counter(row.number for row in rows if row.end is End.COMPLETED)
    best = rows[0]
    assert (best.params["optimizer.generator.lr"], best.state, trained[0]) == (rates[0], "complete", REPLICATES)
    assert 4 <= trained[1] < REPLICATES
    assert {row.state for row in rows[REPLICATES:]} == {"pruned"}
