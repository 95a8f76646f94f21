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
    """A study, two lanes a pack as a rule, and what its workers are told."""

    def __init__(self, study: Study, lanes: int = 2) -> None:
        self.study, self.interrupt, self.said = study, Interrupt(), list[str]()
        driver = Driver(study, Feed(), self.interrupt, lanes=lanes, watch=None, say=self.said.append)  # type: ignore[arg-type]
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
    monkeypatch.setattr("gansearch.study.losses.delay_s", lambda _: 0.0)
    following = workers.carry_out("a", order_of(workers.begin("a"))).following
    assert numbers(order_of(following).pack) == [2, 3]
    workers.searcher.died("a", "its worker died")
    workers.searcher.on_trial_complete("a", error=True)
    again = order_of(workers.begin("b"))
    assert [(each.identity, each.attempt) for each in again.pack] == [(TrialIdentity("rings", 2), 1)]


def test_a_pack_that_ends_without_a_word_is_lost(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gansearch.study.losses.delay_s", lambda _: 0.0)
    order_of(workers.begin("a"))
    workers.searcher.on_trial_complete("a", {})
    assert "rings-0, rings-1: its pack came to an end and did not say how it ended" in workers.said[0]
    again = order_of(workers.begin("b"))
    assert [(each.identity, each.attempt) for each in again.pack] == [(TrialIdentity("rings", 0), 1)]


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


@pytest.fixture
def promoting(ring: Ring) -> Iterator[Workers]:
    """A study of two trials of four epochs, with rungs at 1 and 2; trial 0 is the better one at the first."""
    objective = "{metric: frechet_distance, direction: maximize}"  # of the two, for which it is made so
    pruner = "{name: promotion, reduction_factor: 2}"
    space = ring(plan__trials=2, plan__pruner=pruner, plan__objective=objective, generator__init="he")
    with closing(Study.create(space, name="rings", storage=Storage(study_dir("rings")), seed=1)) as study:
        yield Workers(study, lanes=1)


def test_the_last_trial_at_work_makes_another_go_on_by_waiting(promoting: Workers) -> None:
    """The worker of trial 0 has been given up by the time that trial 1 waits; Tune has asked for more in between."""
    first, second = (order_of(promoting.begin(name)) for name in "ab")
    assert promoting.carry_out("a", first).following is None
    promoting.searcher.on_trial_complete("a", {})
    assert promoting.begin("c") is None
    order = promoting.carry_out("b", second).following
    handed = []
    while order is not None and order.measured is None:
        handed += [(each.attempt, each.promoted_at) for each in order.pack]
        order = promoting.carry_out("b", order).following
    assert handed == [(1, 1), (2, 2)]
    assert promoting.study.status().counts == {"completed": 1, "pruned": 1}


def test_tune_is_asked_again_where_the_last_worker_is_given_up_as_its_trial_waits(promoting: Workers) -> None:
    order = order_of(promoting.begin("a"))
    while numbers(order.pack) == [0]:
        assert promoting.carry_out("a", order, is_wanted=True).following is None
        promoting.searcher.on_trial_complete("a", {})
        order = order_of(promoting.begin("a"))
    assert promoting.carry_out("a", order, is_wanted=True).following is None
    promoting.searcher.on_trial_complete("a", {})
    assert order_of(promoting.begin("a")).pack[0].promoted_at == 1


def test_a_worker_that_dies_once_its_trial_is_to_wait_ends_no_search(promoting: Workers) -> None:
    for worker in "ab":
        order = order_of(promoting.begin(worker))
        run = run_pack(order.pack, promoting.context)
        told = promoting.searcher.report(worker, next(run), is_leaving=False, is_wanted=False)
        assert told.answer.pause == {order.pack[0].identity}
        run.close()
        promoting.searcher.died(worker, "its worker died")
        promoting.searcher.on_trial_complete(worker, error=True)
    assert order_of(promoting.begin("c")).pack[0].promoted_at == 1
