"""Real searches on the ring whose trials wait at rungs: how they end, and that waiting changes nothing in a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing

import numpy as np
import pytest

from gansearch.curves import Curve, read_curve
from gansearch.executors.driver import Driver
from gansearch.executors.launch import LaunchOptions, trial_context
from gansearch.executors.local import LocalExecutor
from gansearch.executors.replay.calls import replay_study
from gansearch.records import Assignment, End, LaneReport, TrialEnd, TrialIdentity
from gansearch.space import parse_space
from gansearch.storage import Storage
from gansearch.study import Study
from gansearch.trial.checkpoints import files, read_latest
from gansearch.trial.interrupt import Interrupt
from gansearch.trial.run import Answer
from tests.executors.conftest import RING
from tests.executors.test_driver import Feed

Created = Callable[..., Study]
PROMOTION = "{name: promotion, reduction_factor: 2}"
"""Of four epochs: rungs at 1 and 2."""


class DriverDiedError(Exception):
    """The driver dies."""


class Dying(Driver):
    """A driver that dies once so many trials wait."""

    most = 3

    def report(
        self, reports: Sequence[LaneReport], pack: Sequence[Assignment] = (), *, is_leaving: bool = False
    ) -> Answer:
        """As any driver's, until it dies."""
        answer = super().report(reports, pack, is_leaving=is_leaving)
        if sum(row.end is End.PAUSED for row in self._study.trials()) >= self.most:
            raise DriverDiedError
        return answer


def searched(study: Study, lanes: int, kind: type[Driver] = Driver) -> None:
    driver = kind(study, Feed(), Interrupt(), lanes=lanes, watch=None, say=print)  # type: ignore[arg-type]
    LocalExecutor().run(driver, trial_context(study.space, study.storage, LaunchOptions()))


@pytest.fixture(scope="module")
def created(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Created]:
    """Makes a study of the small search on the ring; of equal seeds, so of equal trials."""
    with ExitStack() as opened:

        def create(name: str, **changes: object) -> Study:
            space = parse_space(RING, "rings.yaml", {key.replace("__", "."): value for key, value in changes.items()})
            storage = Storage(tmp_path_factory.mktemp(name) / name)
            return opened.enter_context(closing(Study.create(space, name=name, storage=storage, seed=1)))

        yield create


@pytest.fixture(scope="module", params=[1, 3], ids=["alone", "packs of three"])
def study(request: pytest.FixtureRequest, created: Created) -> Study:
    """A search that has ended."""
    study = created(f"promoted-{request.param}", plan__trials=6, plan__pruner=PROMOTION)
    searched(study, request.param)
    return study


@pytest.fixture(scope="module")
def plain(created: Created) -> Study:
    """The same search, under which nobody waits."""
    study = created("plain", plan__trials=6)
    searched(study, 1)
    return study


def curve_of(study: Study, number: int) -> Curve:
    return Curve.of(read_curve(study.storage, TrialIdentity(study.name, number))[0])


def test_a_search_ends_with_completed_and_pruned_trials_some_of_them_promoted(study: Study) -> None:
    rows = study.trials()
    completed = [row for row in rows if row.end is End.COMPLETED]
    given_up = [row for row in rows if row.end is End.PRUNED]
    assert completed
    assert given_up
    assert len(completed) + len(given_up) == 6
    assert any(row.attempt > 0 for row in completed)
    assert {row.epoch for row in completed} == {4}
    assert {row.epoch for row in given_up} <= {1, 2}
    assert {row.state for row in rows} == {"complete", "pruned"}
    for row in given_up:
        assert curve_of(study, row.number).end == TrialEnd(
            End.PAUSED,
            f"paused at epoch {row.epoch}: its value was not yet among those that go on",
            20 * row.epoch,
            row.epoch,
        )
        assert row.detail is not None
        assert (row.detail.step, row.detail.epoch) == (20 * row.epoch, row.epoch)


def test_a_run_that_waited_is_the_one_that_did_not(study: Study, plain: Study) -> None:
    """Every step and every evaluation that both have is equal to the bit."""
    waited = [row.number for row in study.trials() if row.attempt > 0]
    assert waited
    for number in waited:
        one, other = curve_of(study, number), curve_of(plain, number)
        assert {name: len(values) for name, values in one.signals.items()} == dict.fromkeys(other.signals, one.steps)
        for name, values in one.signals.items():
            np.testing.assert_array_equal(values, other.signals[name][: one.steps])
        assert [(done.epoch, done.metrics, done.labels) for done in one.evaluations] == [
            (done.epoch, done.metrics, done.labels) for done in other.evaluations[: len(one.evaluations)]
        ]
        if one.steps == other.steps:
            assert_same_checkpoint(study, plain, number)


def assert_same_checkpoint(one: Study, other: Study, number: int) -> None:
    states = [read_latest(each.storage, TrialIdentity(each.name, number)) for each in (one, other)]
    assert states[0] is not None
    assert states[1] is not None
    assert states[0].tensors.keys() == states[1].tensors.keys()
    for name, tensor in states[0].tensors.items():
        assert tensor.equal(states[1].tensors[name]), name


def test_a_driver_that_dies_while_trials_wait_is_gone_on_with(created: Created) -> None:
    with created("died", plan__trials=6, plan__pruner=PROMOTION) as study, pytest.raises(DriverDiedError):
        searched(study, 3, Dying)
    with Study.open("died", study.storage) as study:
        waiting = {row.number for row in study.trials() if row.end is End.PAUSED}
        assert len(waiting) >= Dying.most
        assert all(files(study.storage, TrialIdentity("died", number)) for number in waiting)
        searched(study, 3)
        rows = study.trials()
    assert {row.end for row in rows} == {End.COMPLETED, End.PRUNED}
    assert [row.number for row in rows] == list(range(6))


def test_one_alone_goes_on_from_rung_to_rung(created: Created) -> None:
    study = created("one", plan__trials=1, plan__pruner=PROMOTION)
    searched(study, 1)
    (row,) = study.trials()
    curve = curve_of(study, 0)
    assert (row.end, row.attempt, curve.attempt) == (End.COMPLETED, 2, 2)
    assert [done.epoch for done in curve.evaluations] == [1, 2, 3, 4]


def test_its_calls_are_replayed_exactly(study: Study) -> None:
    study.close()
    found = replay_study(study.name, study.storage)
    assert (found.difference, found.left) == (None, None)
    assert found.calls > 12
