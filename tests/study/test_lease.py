from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import optuna
import pytest

from gansearch.errors import StorageError, StudyLockedError
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.study import Study
from gansearch.study import lease as lease_module
from gansearch.study.database import Database, create_database, open_database
from gansearch.study.lease import Lease, active_seconds, lease_records, living_holder
from gansearch.study.lease_record import Claim, new_record, this_machine


@pytest.fixture
def database(folder: Storage) -> Iterator[Database]:
    database = create_database(folder)
    optuna.create_study(storage=database.optuna, study_name="s")
    yield database
    database.close()


def take(database: Database, **also: Any) -> Lease:
    return Lease(database.optuna, 0, "s", **also)


def test_one_driver_at_a_time(database: Database) -> None:
    first = take(database)
    with pytest.raises(
        StudyLockedError, match=rf"the study 's' is driven by .*@.*, process {os.getpid()}, last heard of 0 s"
    ):
        take(database)
    first.check()
    first.release()
    first.release()
    second = take(database)
    second.check()
    second.release()


def put(database: Database, token: str, **changes: Any) -> None:
    record = dataclasses.replace(new_record(token, time.time()), **{"claim": Claim.HELD, **changes})
    database.optuna.set_study_user_attr(0, lease_module.LEASE + token, dataclasses.asdict(record))


def test_a_holder_elsewhere_is_believed_until_it_is_silent_for_a_minute(database: Database) -> None:
    put(database, "other", machine="elsewhere", pid=1, beat=time.time() - 55)
    with pytest.raises(StudyLockedError, match="last heard of 55 s ago"):
        take(database)
    put(database, "other", machine="elsewhere", pid=1, beat=time.time() - 61)
    take(database).release()


def test_a_dead_process_of_this_machine_holds_nothing(database: Database) -> None:
    process = subprocess.Popen([sys.executable, "-c", "pass"])
    put(database, "other", pid=process.pid)
    process.wait()
    put(database, "other", pid=process.pid)
    take(database).release()


def test_a_zombie_holds_nothing(database: Database) -> None:
    process = subprocess.Popen([sys.executable, "-c", "pass"])
    stat = Path(f"/proc/{process.pid}/stat")
    while stat.read_text().rpartition(")")[2].split()[0] != "Z":
        time.sleep(0.02)
    put(database, "other", pid=process.pid)
    take(database).release()
    process.wait()


def test_one_that_was_evicted_learns_of_it(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    sleeper = take(database, beat_every_s=0.05)
    monkeypatch.setattr("gansearch.study.lease_record.DEAD_AFTER_S", -1.0)
    successor = take(database)
    monkeypatch.undo()
    time.sleep(0.3)
    with pytest.raises(StudyLockedError, match="another driver has taken over the study 's'"):
        sleeper.check()
    successor.check()
    sleeper.release()
    successor.check()
    assert living_holder(database.optuna.get_study_user_attrs(0)) is not None
    successor.release()
    assert living_holder(database.optuna.get_study_user_attrs(0)) is None


def test_of_two_that_claim_at_once_the_smaller_token_wins(database: Database) -> None:
    put(database, "0" * 32, claim=Claim.CLAIMING)
    with pytest.raises(StudyLockedError, match="is driven by"):
        take(database)
    put(database, "0" * 32, claim=Claim.RELEASED)
    put(database, "z" * 32, claim=Claim.CLAIMING, machine="elsewhere", beat=time.time() - 59.7)
    began = time.monotonic()
    take(database).release()
    assert 0.2 < time.monotonic() - began < 5.0


def test_one_that_claims_meanwhile_is_not_evicted(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """It waits, and may hold the study once this driver has released it: then everyone has to see that."""
    write = Lease._write

    def after_another(lease: Lease, claim: Claim) -> None:
        if claim is Claim.HELD:
            put(database, "0" * 32, claim=Claim.CLAIMING)
        write(lease, claim)

    with monkeypatch.context() as patch:
        patch.setattr(Lease, "_write", after_another)
        take(database).release()
    put(database, "0" * 32, claim=Claim.HELD)
    with pytest.raises(StudyLockedError, match="is driven by"):
        take(database)


def test_it_is_renewed_and_counts_the_time(database: Database) -> None:
    lease = take(database, beat_every_s=0.05)
    (first,) = lease_records(database.optuna.get_study_user_attrs(0))
    time.sleep(0.3)
    (later,) = lease_records(database.optuna.get_study_user_attrs(0))
    assert later.beat > first.beat
    lease.release()
    seconds = active_seconds(database.optuna.get_study_user_attrs(0))
    assert 0.25 < seconds < 5.0
    take(database).release()
    assert seconds < active_seconds(database.optuna.get_study_user_attrs(0)) < seconds + 5.0


def test_a_lease_that_cannot_be_renewed_is_given_up(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    lease = take(database, beat_every_s=0.02)

    def full(*_: object) -> None:
        raise StorageError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(database.optuna, "set_study_user_attr", full)
        time.sleep(0.2)
        lease.check()
        patch.setattr(lease_module, "DEAD_AFTER_S", 0.1)
        with pytest.raises(StudyLockedError, match=r"could not be renewed for 0\.1 s: the disk is full"):
            lease.check()
    time.sleep(0.2)
    lease.check()
    lease.release()


def test_machines_are_told_apart() -> None:
    assert this_machine() == this_machine()
    assert len(this_machine()) > 3


RACE = """
import sys, time
from gansearch.errors import StudyLockedError
from gansearch.storage import Storage
from gansearch.study.database import open_database
from gansearch.study.lease import Lease
database = open_database(Storage(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
held = 0
while held < 4:
    try:
        lease = Lease(database.optuna, 0, "s")
    except StudyLockedError:
        time.sleep(0.003)
        continue
    with open(sys.argv[2], "a") as log:
        log.write("+\\n")
        log.flush()
        time.sleep(0.005)
        log.write("-\\n")
    lease.release()
    held += 1
    time.sleep(0.003)
"""


def test_two_processes_never_hold_it_together(database: Database, folder: Storage, tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = [sys.executable, "-c", RACE, folder.url, str(log)]
    racers = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    for racer in racers:
        racer.communicate()
        assert racer.returncode == 0
    held = log.read_text().split()
    assert held == ["+", "-"] * 8


def test_a_study_is_refused_to_a_second_driver_and_free_after_a_failed_opening(
    small_space: Callable[..., SearchSpace], folder: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    driven = Study.create(small_space(), name="s", storage=folder, seed=1)
    with driven, pytest.raises(StudyLockedError, match="gansearch stop s"):
        Study.open("s", folder)
    with monkeypatch.context() as patch:
        patch.setattr("gansearch.study.study.LiveTrials", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError, match="division"):
            Study.open("s", folder)
    Study.open("s", folder).close()


def test_a_driver_that_lost_its_lease_does_nothing_more(
    small_space: Callable[..., SearchSpace], folder: Storage
) -> None:
    study = Study.create(small_space(), name="s", storage=folder, seed=1)
    study._lease._is_evicted = True
    with pytest.raises(StudyLockedError, match="another driver has taken over"):
        study.ask()
    study.close()
    other = open_database(folder)
    assert living_holder(other.optuna.get_study_user_attrs(0)) is None
    other.close()


def test_the_time_of_a_living_driver_counts_up_to_now(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    lease = take(database, beat_every_s=1000.0)
    attributes = database.optuna.get_study_user_attrs(0)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 8.0)
    assert 7.5 < active_seconds(attributes) < 13.0

    monkeypatch.undo()
    lease.release()
    assert active_seconds(database.optuna.get_study_user_attrs(0)) < 5.0
