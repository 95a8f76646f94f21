"""Trials leave a node that is taken away with a checkpoint just written, and nothing is computed twice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pytest
import ray
from ray._private.state import state
from ray._raylet import GcsClient  # type: ignore[attr-defined]
from ray.cluster_utils import Cluster
from ray.core.generated.autoscaler_pb2 import DRAIN_NODE_REASON_PREEMPTION
from ray.exceptions import RaySystemError

from gansearch.curves import Curve, read_curve
from gansearch.executors.launch import LaunchOptions, launch
from gansearch.executors.preemption import Preemption
from gansearch.records import End, LaneReport, TrialEnd, TrialIdentity
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.storage.home import study_dir
from gansearch.study import StudyStatus

Ring = Callable[..., SearchSpace]


def report(number: int, end: End | None) -> LaneReport:
    over = None if end is None else TrialEnd(end, "resting", 10, 2)
    return LaneReport(TrialIdentity("rings", number), 0, 10, 2, end=over)


def test_who_has_left_which_node_is_said_in_one_line() -> None:
    said: list[str] = []
    deadline = int((time.time() + 30) * 1000)
    preemption = Preemption(
        said.append, look=lambda: {"aa": deadline, "bb": 0}, name={"aa": "spot-1", "bb": "b"}.__getitem__
    )
    assert preemption.concerns("aa")
    assert not preemption.concerns("cc")
    preemption.heard("aa", [report(3, End.PREEMPTED), report(4, None), report(5, End.PREEMPTED)])
    preemption.heard("bb", [report(6, End.PREEMPTED), report(7, End.COMPLETED)])
    preemption.heard("cc", [report(8, None)])
    first, second = said
    assert first.startswith("rings-3, rings-5: left spot-1, which is taken away in ")
    assert 28 <= int(first.split(" in ")[1].split()[0]) <= 30
    assert second == "rings-6: left b, which is taken away; to go on elsewhere from the checkpoint just written"


def test_the_cluster_is_asked_at_most_once_a_second_and_may_not_answer() -> None:
    asked: list[None] = []

    def look() -> Mapping[str, int]:
        asked.append(None)
        if len(asked) > 1:
            raise RaySystemError("no head")
        return {"aa": 0}

    preemption = Preemption(lambda _: None, look=look)
    assert [preemption.concerns("aa") for _ in range(64)] == [True] * 64
    assert len(asked) == 1
    preemption._looked -= 1.0
    assert preemption.nodes == ("aa",)
    assert len(asked) == 2


@pytest.fixture
def two_nodes(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """The head and another node, each with room for one pack; their agents start as where there is no dashboard."""
    monkeypatch.setattr("ray._private.utils.get_dashboard_dependency_error", lambda: ImportError("left out"))
    cluster = Cluster(initialize_head=True, head_node_args={"include_dashboard": False})
    try:
        cluster.add_node()
        yield cluster
    finally:
        ray.shutdown()
        cluster.shutdown()


@pytest.mark.verify(seconds=50)
def test_trials_leave_a_node_that_is_taken_away(ring: Ring, two_nodes: Cluster) -> None:
    space = ring(plan__trials=3, training__epochs=100, training__evaluate_every=5, generator__init="he")
    (worker,) = [node.node_id for node in two_nodes.worker_nodes]
    there: list[int] = []
    said: list[str] = []

    def drain_once(status: StudyStatus) -> None:
        curves = [curve_of("drained", number) for number in (0, 1)]
        if not there and all(curve.checkpoint_step for curve in curves):
            pids = [each["Pid"] for each in state.actor_table(None).values() if each["Address"]["NodeID"] == worker]
            there.extend(number for number in (0, 1) if curves[number].attempts[0]["pid"] in pids)
            soon = int((time.time() + 300) * 1000)
            accepted, _ = GcsClient(two_nodes.address).drain_node(worker, DRAIN_NODE_REASON_PREEMPTION, "spot", soon)
            assert accepted

    result = launch(space, LaunchOptions(name="drained", address=two_nodes.address), watch=drain_once, say=said.append)
    assert result.outcome == "finished"
    assert result.status.counts == {"completed": 3}
    (moved,) = there
    (line,) = [sentence for sentence in said if "taken away" in sentence or "died" in sentence]
    assert line.startswith(f"drained-{moved}: left ")
    curves = [curve_of("drained", number) for number in range(3)]
    assert [len(curve.attempts) for curve in curves] == [1 + (number == moved) for number in range(3)]
    records, _ = read_curve(Storage(study_dir("drained")), TrialIdentity("drained", moved))
    first, second = [record.payload for record in records if record.kind == "end"]
    assert (first["end"], second["end"]) == ("preempted", "completed")
    left, gone_on = curves[moved].attempts
    assert gone_on["from_step"] == first["step"]  # no step is computed twice
    assert gone_on["pid"] != left["pid"]
    # What began after the notice did so elsewhere.
    assert curves[2].attempts[0]["pid"] in {gone_on["pid"], curves[1 - moved].attempts[0]["pid"]}

    launch(space, LaunchOptions(executor="local", name="whole"))
    for number in range(3):
        np.testing.assert_array_equal(curves[number].signals["g_loss"], curve_of("whole", number).signals["g_loss"])


def curve_of(study: str, number: int) -> Curve:
    records, _ = read_curve(Storage(study_dir(study)), TrialIdentity(study, number))
    return Curve.of(records)
