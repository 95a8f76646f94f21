"""Packs are counted once, however many lanes they have; by a clock that the tests set."""

from __future__ import annotations

import optuna
import pytest
from optuna.storages import BaseStorage, InMemoryStorage

from gansearch.records import TrialIdentity
from gansearch.study.pack_time import KEEP_EVERY_S, PackTime, pack_seconds

RUNS = [TrialIdentity("s", number) for number in range(4)]


class Clock:
    """Stands in for ``time.monotonic``."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr("gansearch.study.pack_time.time.monotonic", found)
    return found


@pytest.fixture
def storage() -> BaseStorage:
    found = InMemoryStorage()
    optuna.create_study(storage=found, study_name="s")
    return found


@pytest.fixture
def packs(storage: BaseStorage, clock: Clock) -> PackTime:
    found = PackTime(storage, 0)
    for run in RUNS:
        found.begin(run)
    return found


def test_lanes_of_a_pack_count_once(packs: PackTime, clock: Clock) -> None:
    packs.together(RUNS)
    clock.now += 3600.0
    for run in RUNS:
        packs.heard(run, 3600.0)
        packs.ended(run)
    assert packs.seconds == pytest.approx(3600.0, abs=1e-6)
    clock.now += 500.0
    assert packs.seconds == pytest.approx(3600.0, abs=1e-6)


def test_runs_by_themselves_count_each(packs: PackTime, clock: Clock) -> None:
    for run in RUNS:
        packs.heard(run, 10.0)
    assert packs.seconds == pytest.approx(40.0, abs=1e-6)
    clock.now += 5.0
    assert packs.seconds == pytest.approx(60.0, abs=1e-6)


def test_a_pack_lasts_as_long_as_its_last_lane(packs: PackTime, clock: Clock) -> None:
    packs.together(RUNS[:2])
    packs.heard(RUNS[0], 4.0)
    packs.ended(RUNS[0])
    clock.now += 6.0
    packs.heard(RUNS[1], 10.0)
    packs.ended(RUNS[1])
    assert packs.seconds == pytest.approx(10.0, abs=1e-6)


def test_halves_of_a_pack_that_are_trained_in_turn_count_both(packs: PackTime, clock: Clock) -> None:
    packs.together(RUNS[:2])
    clock.now += 10.0
    packs.heard(RUNS[0], 10.0)
    packs.ended(RUNS[0])
    clock.now += 10.0
    packs.heard(RUNS[1], 10.0)  # it began when the other had ended
    packs.ended(RUNS[1])
    assert packs.seconds == pytest.approx(20.0, abs=1e-6)


def test_a_run_that_joins_a_pack_at_work_adds_nothing_by_itself(packs: PackTime, clock: Clock) -> None:
    packs.heard(RUNS[0], 10.0)
    packs.together([RUNS[0], RUNS[1]])
    clock.now += 5.0
    packs.heard(RUNS[1], 5.0)
    packs.heard(RUNS[0], 15.0)
    assert packs.seconds == pytest.approx(15.0, abs=1e-6)


def test_what_is_not_out_or_has_not_reported_counts_nothing(packs: PackTime, clock: Clock) -> None:
    clock.now += 100.0
    packs.ended(RUNS[0])
    packs.heard(RUNS[0], 50.0)
    packs.ended(RUNS[0])
    packs.together([RUNS[0], TrialIdentity("s", 99)])
    assert packs.seconds == pytest.approx(0.0, abs=1e-12)


def test_every_driver_keeps_its_own_and_the_sum_never_falls(
    packs: PackTime, storage: BaseStorage, clock: Clock
) -> None:
    packs.heard(RUNS[0], 30.0)
    packs.keep()
    assert pack_seconds(storage.get_study_user_attrs(0)) == pytest.approx(0.0, abs=1e-12)
    clock.now += KEEP_EVERY_S
    packs.keep()
    next_driver = PackTime(storage, 0)
    assert next_driver.seconds == pytest.approx(40.0, abs=1e-3)
    next_driver.begin(RUNS[1])
    next_driver.heard(RUNS[1], 5.0)
    next_driver.keep(at_once=True)
    packs.ended(RUNS[0])  # a driver that was thought dead
    packs.keep(at_once=True)
    assert pack_seconds(storage.get_study_user_attrs(0)) == pytest.approx(45.0, abs=1e-3)
    assert len(storage.get_study_user_attrs(0)) == 2
