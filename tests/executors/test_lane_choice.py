"""How many lanes a pack has: what the space says, what a probe says, and one where a probe is not worth it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import pytest

from gansearch.executors.driver import Driver
from gansearch.executors.lane_choice import LaneChoice, choose_lanes, most_wanted
from gansearch.executors.launch import LaunchOptions, trial_context
from gansearch.records import Assignment, Setting
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.study import Study
from gansearch.trial.context import TrialContext
from gansearch.trial.interrupt import Interrupt
from gansearch.trial.lane_table import LaneTable

Ring = Callable[..., SearchSpace]


class Cluster:
    """So many workers, on which packs gain as many times as they have lanes; it runs no trial."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self.asked: list[int] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing was opened."""

    def check(self, context: TrialContext) -> None:
        """Nothing: it runs no trial."""

    def workers(self) -> int:
        return self._workers

    def probe(
        self, settings: Mapping[str, Setting], context: TrialContext, most: int, interrupt: Interrupt
    ) -> LaneTable:
        self.asked.append(most)
        return LaneTable((), most, "more is better", context.device, 1.0)

    def run(self, driver: Driver, context: TrialContext) -> None:
        raise NotImplementedError

    def finalise(
        self,
        assignments: Sequence[Assignment],
        context: TrialContext,
        stop: Callable[[], bool],
        say: Callable[[str], None],
    ) -> None:
        raise NotImplementedError


@contextmanager
def opened(space: SearchSpace, folder: Path) -> Iterator[Study]:
    with Study.create(space, name="rings", storage=Storage(folder / "study"), seed=0) as study:
        yield study


def chosen(space: SearchSpace, folder: Path, cluster: Cluster) -> LaneChoice:
    with opened(space, folder) as study:
        context = trial_context(space, study.storage, LaunchOptions(executor="local"))
        return choose_lanes(study, cluster, context, Interrupt())


def test_a_number_is_taken_as_it_is(ring: Ring, tmp_path: Path) -> None:
    cluster = Cluster(2)
    choice = chosen(ring(resources__lanes=7), tmp_path, cluster)
    assert choice == LaneChoice(7, is_bounded=False, table=None)
    assert cluster.asked == []


def test_short_searches_are_not_probed(ring: Ring, tmp_path: Path) -> None:
    cluster = Cluster(1)
    choice = chosen(ring(plan__trials=8), tmp_path, cluster)
    assert choice.lanes == 1
    assert choice.table is not None
    # 8 trials of 4 epochs of 20 steps
    assert choice.table.text == (
        "packs of 1 lane: each worker has 640 steps to train; below 20000 a probe costs more than packs can gain"
    )
    assert cluster.asked == []


@pytest.mark.parametrize(
    ("plan", "workers", "most"),
    [
        ({"plan__trials": 400}, 1, 400),
        ({"plan__trials": 401}, 2, 201),  # as many packs as workers
        ({"plan__trials": 100, "plan__replicates": 3}, 2, 150),
        ({"plan__trials": 400, "plan__sampler": "tpe"}, 2, 40),  # five packs a worker: results to learn from
        ({"plan__trials": 400, "plan__sampler": "tpe"}, 400, 1),
    ],
)
def test_a_probe_tries_no_more_lanes_than_leave_everybody_something(
    ring: Ring, tmp_path: Path, plan: dict[str, object], workers: int, most: int
) -> None:
    cluster = Cluster(workers)
    choice = chosen(ring(training__epochs=1000, **plan), tmp_path, cluster)
    assert choice.is_bounded
    assert choice.lanes == most
    assert cluster.asked == ([most] if most > 1 else [])


def test_too_few_trials_are_not_probed(ring: Ring, tmp_path: Path) -> None:
    choice = chosen(ring(plan__trials=4, training__epochs=10_000), tmp_path, Cluster(4))
    assert choice.table is not None
    assert choice.table.text == "packs of 1 lane: too few trials are left to put several into one"


def test_a_plan_without_a_number_of_trials_bounds_nothing(ring: Ring, tmp_path: Path) -> None:
    with opened(ring(plan__trials=None, plan__hours=1), tmp_path) as study:
        assert study.runs_left is None
        assert most_wanted(study, 2) > 1_000_000


def test_runs_left_are_those_that_nobody_has(ring: Ring, tmp_path: Path) -> None:
    with opened(ring(plan__trials=3, plan__replicates=2), tmp_path) as study:
        left = [study.runs_left]
        for _ in range(6):
            study.ask()
            left.append(study.runs_left)
        assert left == [6, 5, 4, 3, 2, 1, 0]
