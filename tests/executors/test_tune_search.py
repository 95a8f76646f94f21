"""What a worker of Ray Tune's is given to do, one order after the other; the worker is played by the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from gansearch.executors.driver import Driver
from gansearch.executors.launch import LaunchOptions, trial_context
from gansearch.executors.preemption import Preemption
from gansearch.executors.ray_desk import Order, Told
from gansearch.executors.tune_search import StudySearcher
from gansearch.records import Assignment, LaneReport, TrialIdentity
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.storage.home import study_dir
from gansearch.study import Study
from gansearch.trial.final import evaluate_final
from gansearch.trial.interrupt import Interrupt
from gansearch.trial.run import GO_ON, run_pack
from tests.executors.test_driver import Feed

Ring = Callable[..., SearchSpace]


class Workers:
    """A study of five trials, two lanes a pack, and what its workers are told."""

    def __init__(self, study: Study) -> None:
        self.study, self.interrupt, self.said = study, Interrupt(), list[str]()
        driver = Driver(study, Feed(), self.interrupt, lanes=2, watch=None, say=self.said.append)  # type: ignore[arg-type]
        self.searcher = StudySearcher(driver, Preemption(print, look=dict))
        self.context = trial_context(study.space, study.storage, LaunchOptions())

    def begin(self, worker: str) -> Order | str | None:
        """Its first order."""
        found = self.searcher.suggest(worker)
        return found["order"] if isinstance(found, dict) else found

    def carry_out(self, worker: str, order: Order, *, is_leaving: bool = False, is_wanted: bool = False) -> Told:
        """Train its pack, or measure; what it is told at last."""
        if order.measured is not None:
            evaluate_final(order.measured, self.context)
            return self.searcher.report(worker, [], is_leaving=is_leaving, is_wanted=is_wanted)
        run = run_pack(order.pack, self.context)
        reports: list[LaneReport] = next(run)
        told = Told(GO_ON)
        while True:
            told = self.searcher.report(worker, reports, is_leaving=is_leaving, is_wanted=is_wanted)
            try:
                reports = run.send(told.answer)
            except StopIteration:
                return told


@pytest.fixture
def workers(ring: Ring) -> Iterator[Workers]:
    space = ring(plan__trials=5, generator__init="he", training__epochs=1)
    with closing(Study.create(space, name="rings", storage=Storage(study_dir("rings")), seed=1)) as study:
        yield Workers(study)


def numbers(pack: tuple[Assignment, ...]) -> list[int]:
    return [each.identity.number for each in pack]


def order_of(found: Order | str | None) -> Order:
    assert isinstance(found, Order)
    return found


def test_a_worker_goes_on_with_pack_after_pack_and_measures_the_best_at_the_end(workers: Workers) -> None:
    packs, measured = [], []
    order: Order | None = order_of(workers.begin("a"))
    while order is not None:
        if order.measured is None:
            packs.append(numbers(order.pack))
        else:
            measured.append(order.measured.identity)
        order = workers.carry_out("a", order).following
    assert packs == [[0, 1], [2, 3], [4]]
    assert measured == [each.identity for each in workers.study.best_assignments(3)]
    workers.searcher.on_trial_complete("a", {})
    assert workers.begin("b") == "FINISHED"


def test_nothing_is_measured_while_others_still_train(workers: Workers) -> None:
    a, b, c = (order_of(workers.begin(name)) for name in "abc")
    assert workers.carry_out("a", a).following is None
    workers.searcher.on_trial_complete("a", {})
    assert workers.begin("d") is None
    assert workers.carry_out("b", b).following is None
    last = order_of(workers.carry_out("c", c).following)
    other = order_of(workers.begin("d"))
    measured = [last.measured, other.measured]
    assert [each and each.identity for each in measured] == [
        each.identity for each in workers.study.best_assignments(2)
    ]
    assert workers.searcher.is_measuring("c")
    assert workers.searcher.is_measuring("d")


@pytest.mark.parametrize("why", ["is_leaving", "is_wanted"])
def test_a_worker_is_given_up_where_its_node_leaves_or_another_order_waits_for_it(workers: Workers, why: str) -> None:
    order = order_of(workers.begin("a"))
    assert workers.carry_out("a", order, **{why: True}).following is None
    workers.searcher.on_trial_complete("a", {})
    assert numbers(order_of(workers.begin("b")).pack) == [2, 3]


def test_what_follows_is_lost_with_its_worker_and_offered_again(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gansearch.study.live_trials.delay_s", lambda _: 0.0)
    following = workers.carry_out("a", order_of(workers.begin("a"))).following
    assert numbers(order_of(following).pack) == [2, 3]
    workers.searcher.died("a", "its worker died")
    workers.searcher.on_trial_complete("a", error=True)
    again = order_of(workers.begin("b"))
    assert [(each.identity, each.attempt) for each in again.pack] == [(TrialIdentity("rings", 2), 1)]


def test_a_worker_that_dies_while_it_measures_has_lost_nothing(workers: Workers) -> None:
    order: Order | None = order_of(workers.begin("a"))
    while order is not None and order.measured is None:
        order = workers.carry_out("a", order).following
    workers.searcher.died("a", "its worker died")
    workers.searcher.on_trial_complete("a", error=True)
    assert workers.said == []
    assert workers.study.status().counts == {"completed": 5}


def test_who_asks_for_the_end_waits_for_no_measurement(workers: Workers) -> None:
    order: Order | None = order_of(workers.begin("a"))
    while order is not None and order.measured is None:
        order = workers.carry_out("a", order).following
    workers.interrupt.ask()
    assert workers.searcher.is_asked_to_end
    assert workers.carry_out("a", order_of(order)).following is None
