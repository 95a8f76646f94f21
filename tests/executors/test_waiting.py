"""A search that waits says what for, once, and again when that changes; one whose workers only start says nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from ray.exceptions import RaySystemError

from gansearch.executors.waiting import AGAIN_S, LOOK_EVERY_S, PATIENCE_S, Room, Waiting
from gansearch.space.plan import Resources

GPU_PACK = {"CPU": 1.0, "GPU": 1.0}
FULL = Room(nodes=(({"CPU": 3.0}, {"CPU": 8.0, "GPU": 4.0}), ({}, {"CPU": 8.0})), demands=(GPU_PACK,))


@dataclass
class Cluster:
    """What it has, and a clock that the tests set."""

    room: Room | None = FULL
    now: float = 0.0
    asked: int = 0
    said: list[str] = field(default_factory=list)

    def look(self) -> Room:
        self.asked += 1
        if self.room is None:
            raise RaySystemError("no head")
        return self.room

    def wait(self, waiting: Waiting, seconds: float) -> None:
        """Let time go by in tenths of a second, as Tune asks."""
        until = self.now + seconds
        while self.now < until - 1e-9:
            self.now += 0.1
            waiting.tell(is_waiting=True)


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


def waiting_for(cluster: Cluster) -> Waiting:
    return Waiting(Resources(cpu=1, gpu=1), cluster.said.append, look=cluster.look, clock=lambda: cluster.now)


def test_it_is_said_once_what_is_waited_for_and_when_that_is_over(cluster: Cluster) -> None:
    waiting = waiting_for(cluster)
    cluster.wait(waiting, PATIENCE_S - 1)
    assert (cluster.said, cluster.asked) == ([], 0)
    cluster.wait(waiting, 2 * AGAIN_S)
    assert cluster.said == [
        "waiting for resources, cpu: 1 and gpu: 1 for a pack: the cluster has 3 of 16 CPUs and 0 of 4 GPUs free"
    ]
    assert cluster.asked <= 2 * AGAIN_S / LOOK_EVERY_S + 1
    waiting.tell(is_waiting=False)
    waiting.tell(is_waiting=False)
    assert cluster.said[1:] == [
        f"the search goes on: what it needs was free after {2 * AGAIN_S + PATIENCE_S - 1:.0f} s"
    ]


def test_a_change_is_said_at_most_once_a_minute(cluster: Cluster) -> None:
    waiting = waiting_for(cluster)
    cluster.wait(waiting, PATIENCE_S + 1)
    cluster.room = Room(FULL.nodes, FULL.demands, coming=1)
    cluster.wait(waiting, AGAIN_S - 2 * LOOK_EVERY_S)
    assert len(cluster.said) == 1
    cluster.wait(waiting, 3 * LOOK_EVERY_S)
    assert len(cluster.said) == 2
    assert cluster.said[1].endswith("0 of 4 GPUs free; 1 node is being started")


@pytest.mark.parametrize("demands", [(), ({"CPU": 1.0},), ({"CPU": 2.0, "GPU": 1.0},)])
def test_nothing_is_said_of_a_pack_that_has_its_place_and_starts(
    cluster: Cluster, demands: tuple[Mapping[str, float], ...]
) -> None:
    cluster.room = Room(FULL.nodes, demands)
    waiting = waiting_for(cluster)
    cluster.wait(waiting, 2 * PATIENCE_S)
    waiting.tell(is_waiting=False)
    assert cluster.said == []
    assert cluster.asked


def test_a_head_that_does_not_answer_is_asked_again(cluster: Cluster) -> None:
    cluster.room = None
    waiting = waiting_for(cluster)
    cluster.wait(waiting, 2 * PATIENCE_S)
    assert cluster.said == []
    cluster.room = FULL
    cluster.wait(waiting, LOOK_EVERY_S + 0.1)
    assert len(cluster.said) == 1


def test_the_sentence_says_what_is_missing() -> None:
    scattered = Room(nodes=(({"CPU": 1.0}, {"CPU": 4.0}), ({"CPU": 1.0}, {"CPU": 4.0})), demands=())
    assert scattered.sentence({"CPU": 2.0}) == ("the cluster has 2 of 8 CPUs free, and no node as much as a pack needs")
    failed = Room(nodes=(), demands=(), coming=2, failed="InsufficientInstanceCapacity")
    assert failed.sentence({"GPU": 0.5}) == (
        "the cluster has 0 of 0 GPUs free; 2 nodes are being started; a node could not be started: "
        "InsufficientInstanceCapacity"
    )


@pytest.mark.parametrize(("left", "says"), [(2, 0), (1, 1)])
def test_tasks_of_which_one_may_run_wait_only_where_the_head_knows_of_all(
    cluster: Cluster, left: int, says: int
) -> None:
    waiting = waiting_for(cluster)
    waiting.tell(is_waiting=True, packs=left)
    cluster.now += PATIENCE_S + 1
    waiting.tell(is_waiting=True, packs=left)
    assert len(cluster.said) == says
