from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gansearch.records import Assignment
from gansearch.space.plan import DetectorSettings
from gansearch.storage import Storage
from gansearch.trial.context import TrialContext
from gansearch.trial.list_lanes import most_lanes
from gansearch.trial.spec import Spec

Make = Callable[..., Assignment]


@pytest.fixture
def spec(make: Make) -> Spec:
    """Two configurations of one structure, one of another, and one that cannot be trained."""
    listed = (make(0, training__batch_size=64), make(1), make(2, seed=8), make(3, generator__nosuch=1))
    return Spec("s", 0, None, DetectorSettings(), listed)


def test_a_number_that_is_given_is_taken(spec: Spec, context: TrialContext, tmp_path: Path) -> None:
    said: list[str] = []
    assert most_lanes(replace(spec, lanes=7), Storage(tmp_path), context, said.append) == 7
    assert said == []


def test_a_probe_chooses_once(spec: Spec, context: TrialContext, tmp_path: Path) -> None:
    said: list[str] = []
    lanes = most_lanes(spec, Storage(tmp_path), context, said.append)
    assert lanes in (1, 2)  # no structure has more than two configurations
    assert len(said) == 1
    kept = json.loads((tmp_path / "lanes.json").read_text(encoding="utf-8"))
    assert (kept["lanes"], kept["device"]) == (lanes, "cpu")
    assert most_lanes(spec, Storage(tmp_path), context, said.append) == lanes
    assert len(said) == 1


def test_nothing_is_probed_where_no_structure_is_there_twice(spec: Spec, context: TrialContext, tmp_path: Path) -> None:
    said: list[str] = []
    for listed in (spec.assignments[:2], spec.assignments[3:]):
        assert most_lanes(replace(spec, assignments=listed), Storage(tmp_path), context, said.append) == 1
    assert said == []
