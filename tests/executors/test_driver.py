"""What a driver answers a pack whose lanes end; the pack is played by the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

import numpy as np
import pytest

from gansearch.curves import Curve, read_curve
from gansearch.executors.driver import Driver
from gansearch.executors.launch import LaunchOptions, trial_context
from gansearch.executors.local import LocalExecutor
from gansearch.executors.packing import left_after
from gansearch.executors.preemption import Preemption
from gansearch.executors.ray_desk import Order
from gansearch.executors.tune_search import StudySearcher
from gansearch.records import Assignment, End, LaneReport, TrialEnd, TrialIdentity
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.storage.home import study_dir
from gansearch.study import Study
from gansearch.trial.context import TrialContext
from gansearch.trial.interrupt import Interrupt
from gansearch.trial.run import PackRun, run_pack

Ring = Callable[..., SearchSpace]


class Feed:
    """Stands in for the feed of MLflow."""

    def __init__(self) -> None:
        self.begun: list[int] = []

    def started(self, assignment: Assignment) -> None:
        self.begun.append(assignment.identity.number)

    def update(self, identity: TrialIdentity) -> None: ...

    def ended(self, identity: TrialIdentity, end: TrialEnd) -> None: ...


class Desk:
    """A study of twelve trials in packs of four lanes, and its driver."""

    def __init__(self, study: Study, **options: int) -> None:
        self.study, self.feed, self.interrupt, self.said = study, Feed(), Interrupt(), list[str]()
        options = {"lanes": 4, **options}
        self.driver = Driver(study, self.feed, self.interrupt, watch=None, say=self.said.append, **options)  # type: ignore[arg-type]

    def end(self, pack: list[Assignment], *numbers: int, most: int | None = None, seconds: float = 1.0) -> list[int]:
        """End lanes; the numbers of those that join, with whom ``pack`` is brought up to date."""
        end = TrialEnd(End.COLLAPSED, "one mode", 20, 1)
        reports = [
            LaneReport(each.identity, 0, 20, 1, end=end, seconds=seconds, most_lanes=most)
            for each in pack
            if each.identity.number in numbers
        ]
        join = self.driver.report(reports, pack).join
        pack[:] = [*left_after(pack, reports), *join]
        return numbers_of(join)


def numbers_of(pack: list[Assignment] | tuple[Assignment, ...]) -> list[int]:
    return [each.identity.number for each in pack]


def offered(searcher: StudySearcher, worker: str) -> Order:
    """What Tune is given for a new trial of its own."""
    found = searcher.suggest(worker)
    assert isinstance(found, dict)
    order: Order = found["order"]
    return order


@pytest.fixture
def study(ring: Ring) -> Iterator[Study]:
    space = ring(plan__trials=12, generator__init="he", resources__gpu=1.0)
    with closing(Study.create(space, name="rings", storage=Storage(study_dir("rings")), seed=1)) as study:
        yield study


def test_lanes_that_end_are_replaced_as_long_as_there_are_trials(study: Study) -> None:
    desk = Desk(study)
    pack = desk.driver.next_pack()
    assert desk.end(pack, 0, 2) == [4, 5]
    assert numbers_of(pack) == [1, 3, 4, 5]
    assert desk.end(pack) == []
    assert desk.end(pack, 5, 1, 4) == [6, 7, 8]
    assert desk.end(pack, 3) == [9]
    assert desk.end(pack, 6, 7, 8) == [10, 11]
    assert desk.end(pack, 9) == []
    assert desk.feed.begun == list(range(12))


def test_a_pack_without_lanes_or_that_is_closed_takes_nobody_in(study: Study) -> None:
    desk = Desk(study)
    pack = desk.driver.next_pack()
    assert desk.end(pack, 0, most=0) == []
    assert desk.end(pack, 1, most=2) == []
    assert desk.end(pack, 2, most=3) == [4, 5]
    assert desk.end(pack, 3, 4, 5) == []
    assert numbers_of(desk.driver.next_pack()) == [6, 7, 8, 9]


def test_nobody_joins_where_the_search_is_to_end_or_the_node_is_taken_away(study: Study) -> None:
    desk = Desk(study)
    pack = desk.driver.next_pack()
    reports = [LaneReport(pack[0].identity, 0, 20, 1, end=TrialEnd(End.PRUNED, "", 20, 1), most_lanes=None)]
    assert desk.driver.report(reports, pack, is_leaving=True).join == ()
    assert desk.driver.report(reports).join == ()
    desk.interrupt.ask()
    assert desk.end(pack, 1) == []


def test_those_that_joined_are_lost_with_their_pack_and_offered_again_alone(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gansearch.study.losses.delay_s", lambda _: 0.0)
    desk = Desk(study)
    pack = desk.driver.next_pack()
    desk.end(pack, 0, 1)
    desk.driver.lost(pack, "its worker died")
    assert desk.said == [
        "rings-2, rings-3, rings-4, rings-5: its worker died; to be begun again where the last checkpoint was written"
    ]
    offered = [desk.driver.next_pack() for _ in range(4)]
    assert [(numbers_of(one), one[0].attempt) for one in offered] == [([number], 1) for number in (2, 3, 4, 5)]
    assert numbers_of(desk.driver.next_pack()) == [6, 7, 8, 9]


def test_on_ray_those_that_joined_are_lost_with_their_tune_trial(study: Study) -> None:
    desk = Desk(study)
    searcher = StudySearcher(desk.driver, Preemption(print, look=dict))
    packs = [offered(searcher, name).pack for name in ("a", "b")]
    end = TrialEnd(End.COLLAPSED, "one mode", 20, 1)
    reports = [LaneReport(each.identity, 0, 20, 1, end=end, most_lanes=None) for each in packs[0][:2]]
    told = searcher.report("a", reports, is_leaving=False, is_wanted=False)
    assert (numbers_of(told.answer.join), told.following) == ([8, 9], None)
    searcher.died("a", "its worker died")
    searcher.on_trial_complete("a", error=True)
    (said,) = desk.said
    assert said.startswith("rings-2, rings-3, rings-8, rings-9: its worker died;")


def test_a_pack_counts_once_with_those_that_join_it(study: Study) -> None:
    desk = Desk(study)
    pack = desk.driver.next_pack()
    desk.end(pack, 0, seconds=3600.0)
    desk.end(pack, 1, 2, 3, seconds=3600.0)
    desk.end(pack, 4, 5, 6, 7, seconds=0.0)
    assert study.status().gpu_hours == pytest.approx(1.0, abs=0.01)


def test_some_trials_are_kept_for_other_workers(study: Study) -> None:
    desk = Desk(study, workers=2)
    pack = desk.driver.next_pack()
    assert numbers_of(pack) == [0, 1, 2, 3]
    assert desk.end(pack, 0, 1, 2) == [4, 5, 6]
    assert desk.end(pack, 4, 5, 6) == [7, 8]
    assert desk.end(pack, 7, 8) == [9]
    assert desk.end(pack, 9) == [10]
    assert desk.end(pack, 10) == []
    assert numbers_of(desk.driver.next_pack()) == [11]


def test_a_search_whose_lanes_are_pruned_gives_each_trial_the_curve_that_it_has_alone(ring: Ring) -> None:
    curves: dict[str, list[Curve]] = {}
    for name, lanes, pruner in (("packed", 3, "successive_halving"), ("alone", 1, "none")):
        space = ring(plan__trials=5, plan__pruner=pruner, generator__init="he", training__epochs=3)
        storage = Storage(study_dir(name))
        with closing(Study.create(space, name=name, storage=storage, seed=1)) as study:
            driver = Driver(study, Feed(), Interrupt(), lanes=lanes, watch=None, say=print)  # type: ignore[arg-type]
            LocalExecutor().run(driver, trial_context(space, storage, LaunchOptions()))
        curves[name] = [Curve.of(read_curve(storage, TrialIdentity(name, number))[0]) for number in range(5)]
    # The last two have taken the places of others; in a pack of their own both would have been one of two.
    assert [curve.attempts[0]["lanes"] for curve in curves["packed"]] == [3, 3, 3, 3, 2]
    for packed, alone in zip(curves["packed"], curves["alone"], strict=True):
        for signal, values in alone.signals.items():
            np.testing.assert_array_equal(packed.signals[signal], values[: packed.steps])


def test_a_pack_that_ends_without_a_word_is_lost_and_begun_again(ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else its trials would be running for ever, in a search that has finished."""
    monkeypatch.setattr("gansearch.study.losses.delay_s", lambda _: 0.0)
    packs: list[Sequence[Assignment]] = []

    def silent_once(pack: Sequence[Assignment], context: TrialContext) -> PackRun:
        packs.append(pack)
        if len(packs) == 1:
            yield []
        else:
            yield from run_pack(pack, context)

    monkeypatch.setattr("gansearch.executors.local.run_pack", silent_once)
    space, storage = ring(plan__trials=2, generator__init="he", training__epochs=1), Storage(study_dir("silent"))
    said: list[str] = []
    with closing(Study.create(space, name="silent", storage=storage, seed=1)) as study:
        driver = Driver(study, Feed(), Interrupt(), lanes=2, watch=None, say=said.append)  # type: ignore[arg-type]
        LocalExecutor().run(driver, trial_context(space, storage, LaunchOptions()))
        counts = study.status().counts
    assert counts == {"completed": 2}
    assert "its pack came to an end and did not say how it ended" in said[0]
