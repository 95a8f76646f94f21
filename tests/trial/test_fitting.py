from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from gansearch.data import Data
from gansearch.records import Assignment
from gansearch.training.memory import LaneMemory
from gansearch.trial import fitting
from gansearch.trial.context import TrialContext
from gansearch.trial.fitting import USABLE, estimated_memory, fitting_lanes, most_lanes, remember
from gansearch.trial.workbench import open_workbench

Make = Callable[..., Assignment]


@pytest.fixture
def data(make: Make, context: TrialContext) -> Data:
    return open_workbench(make().settings, context).data


def free(monkeypatch: pytest.MonkeyPatch, size: int | None) -> None:
    monkeypatch.setattr(fitting, "free_memory", lambda *_: size)


def test_lanes_fit_with_a_margin() -> None:
    memory = LaneMemory(shared=1_000, lane=100)
    assert fitting_lanes(memory, 4_000) == int(USABLE * 4_000 - 1_000) // 100
    assert fitting_lanes(memory, 0) == 1  # whether one fits is found by trying


def test_more_memory_never_takes_fewer_lanes() -> None:
    memory = LaneMemory(shared=1_000, lane=100)
    fits = [fitting_lanes(memory, size) for size in range(0, 20_000, 500)]
    assert fits == sorted(fits)
    assert fits[-1] > 100


def test_a_pack_is_bounded_by_its_largest_lane(
    make: Make, context: TrialContext, data: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    small, large = make(0), make(1, generator__layers=6)
    needed = [estimated_memory(each.settings, data, context) for each in (small, large)]
    assert needed[0] is not None
    assert needed[1] is not None
    assert needed[0].lane < needed[1].lane
    free(monkeypatch, int(needed[1].total(3) / USABLE) + 1)
    assert most_lanes([small, large], data, context) == 3
    assert (most_lanes([small], data, context) or 0) >= 3


def test_an_evaluation_counts_too(make: Make, context: TrialContext, data: Data) -> None:
    rungs = estimated_memory(make().settings, data, context)
    many = {"generator.width": 512, "training.batch_size": 8}
    assert rungs is not None
    assert estimated_memory({**make().settings, **many}, data, context).lane > 1_000 * 512 * 4  # type: ignore[union-attr]


def test_what_was_learnt_binds_packs_of_the_same_signature(
    make: Make, context: TrialContext, data: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    free(monkeypatch, None)
    assert most_lanes([make()], data, context) is None
    remember(make().settings, context, 4)
    remember(make().settings, context, 6)
    assert most_lanes([make(optimizer__generator__lr=0.01)], data, context) == 4
    assert most_lanes([make(training__batch_size=64)], data, context) is None
    assert most_lanes([make()], data, replace(context, device="meta")) is None


def test_a_trick_that_needs_numbers_has_no_estimate(
    make: Make, explosive_context: TrialContext, data: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    fuses = make(tricks__explosive__enabled=True)
    context = replace(explosive_context, device="cuda")  # counted for without numbers
    open_workbench(fuses.settings, context)
    assert estimated_memory(fuses.settings, data, context) is None
    free(monkeypatch, 1)
    assert most_lanes([fuses], data, context) is None
