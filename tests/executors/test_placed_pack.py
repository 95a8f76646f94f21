"""A worker neither begins nor stays on a node that is taken away, and says where it runs otherwise."""

from __future__ import annotations

from typing import Any

import pytest
from ray.exceptions import RayTaskError

from gansearch.executors.placed_pack import NodeLeavingError, PlacedPack, has_left
from gansearch.executors.ray_desk import Order
from gansearch.executors.ray_pack import PackTrainable
from gansearch.records import End, LaneReport, TrialEnd, TrialIdentity

HERE = "aa"


@pytest.fixture
def results(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the steps of packs return, in order; filled by the tests."""
    left: list[dict[str, Any]] = []
    monkeypatch.setattr(PackTrainable, "step", lambda _: left.pop(0))
    return left


def placed(leaving: tuple[str, ...]) -> PlacedPack:
    """As ``setup`` leaves it, without Ray."""
    pack = PlacedPack.__new__(PlacedPack)
    pack._run, pack._node = None, HERE
    assert pack.reset_config({"order": Order(), "leaving": leaving})
    return pack


def reports(end: End) -> dict[str, Any]:
    return {"reports": [LaneReport(TrialIdentity("rings", 0), 0, 10, 2, end=TrialEnd(end, "resting", 10, 2))]}


def test_each_result_says_where_it_was_made(results: list[dict[str, Any]]) -> None:
    results += [{"reports": []}, reports(End.COMPLETED), {"reports": [], "done": True}]
    pack = placed(("bb",))
    assert [pack.step()["node"] for _ in range(3)] == [HERE] * 3


def test_nothing_begins_on_a_node_that_is_taken_away(results: list[dict[str, Any]]) -> None:
    pack = placed((HERE,))
    with pytest.raises(NodeLeavingError, match=HERE):
        pack.step()
    assert results == []


def test_an_actor_is_not_kept_whose_pack_was_preempted(results: list[dict[str, Any]]) -> None:
    results += [{"reports": []}, reports(End.PREEMPTED), {"reports": [], "done": True}]
    pack = placed(())
    pack.step()
    assert pack.step() == {**reports(End.PREEMPTED), "node": HERE}  # it is heard first
    with pytest.raises(NodeLeavingError, match=HERE):
        pack.step()


def test_records_that_could_not_be_written_are_told_all_the_same(results: list[dict[str, Any]]) -> None:
    results += [reports(End.PREEMPTED), {"reports": [], "done": True, "unwritten": "no disk"}]
    pack = placed(())
    pack.step()
    assert pack.step()["unwritten"] == "no disk"


def test_tune_is_told_of_it_as_of_any_error() -> None:
    error = NodeLeavingError(HERE)
    assert has_left(error)
    assert has_left(RayTaskError("step", "traceback", error))
    assert not has_left(RayTaskError("step", "traceback", ValueError("1")))
    assert not has_left(None)
