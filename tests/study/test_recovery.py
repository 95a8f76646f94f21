"""A driver that is killed at any moment, and what the next one makes of it: no zombies, no duplicates, nothing lost."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from optuna.trial import TrialState

from gansearch.curves import CurveWriter, Record
from gansearch.errors import FencedError
from gansearch.records import Assignment, Decision, End, TrialEnd, TrialIdentity, to_json
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.study import Study

Space = Callable[..., SearchSpace]

DRIVER = """
import os, signal, sys
sys.path.insert(0, sys.argv[2])
from conftest import YAML, Runner
from gansearch.space import parse_space
from gansearch.storage import Storage
from gansearch.study import Study

storage, kill_after = Storage(sys.argv[1]), int(sys.argv[3])
space = parse_space(YAML, "small.yaml", {"plan.pruner": "median", "plan.sampler": "tpe", "plan.trials": 12})
study = Study.create(space, name="s", storage=storage, seed=4)
seen = 0

class Dying(Runner):
    def report(self, *args, **also):
        global seen
        seen += 1
        if seen == kill_after:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().report(*args, **also)

Dying(study).drain()
study.close()
"""


def write(storage: Storage, who: TrialIdentity, attempt: int, *records: tuple[str, dict[str, Any]]) -> CurveWriter:
    """Write records as a worker does."""
    writer = CurveWriter(storage, who, attempt)
    for kind, payload in records:
        writer.append(Record(kind, attempt, payload))
    writer.flush()
    return writer


def began(step: int = 0) -> tuple[str, dict[str, Any]]:
    return ("attempt", {"from_step": step, "started": 1.0})


def test_a_killed_driver_s_study_goes_on_as_if_it_had_not_been(
    folder: Storage, small_space: Space, runner: Any
) -> None:
    here = str(Path(__file__).parent)
    killed = subprocess.run([sys.executable, "-c", DRIVER, folder.url, here, "31"], check=False)
    assert killed.returncode == -signal.SIGKILL
    with Study.open("s", folder) as study:  # at once: its process is gone
        assert study.status().counts["running"] == 1
        resumed = study.ask()
        assert resumed is not None
        assert resumed.attempt == 1
        runner(study).run(resumed)
        runner(study).drain()
        interrupted = study.trials()
    space = small_space({"plan.pruner": "median", "plan.sampler": "tpe", "plan.trials": 12})
    with Study.create(space, name="s", storage=folder.folder("whole"), seed=4) as study:
        runner(study).drain()
        whole = study.trials()
    assert [row.number for row in interrupted] == list(range(12))
    assert {row.state for row in interrupted} == {"complete", "pruned"}
    for one, other in zip(interrupted, whole, strict=True):
        assert (one.params, one.intermediate, one.values, one.end) == (
            other.params,
            other.intermediate,
            other.values,
            other.end,
        )


@pytest.fixture
def orphan(small_space: Space, folder: Storage, runner: Any) -> Assignment:
    """A trial whose driver went away after it had reported two epochs."""
    with Study.create(small_space(), name="s", storage=folder, seed=1) as study:
        assignment = study.ask()
        assert assignment is not None
        for epoch in (1, 2):
            runner(study).report(assignment, epoch, 5.0)
    return assignment


@pytest.fixture
def say() -> Callable[..., tuple[str, dict[str, Any]]]:
    """The record of an evaluation."""
    from gansearch.records import Evaluation, MetricValue, Protocol

    def evaluation(epoch: int, value: float, *, final: bool = False) -> tuple[str, dict[str, Any]]:
        metric = MetricValue("sample_spread", value, Protocol("none", "", 1000, 1000, "test"))
        return ("evaluation", to_json(Evaluation(epoch * 10, epoch, "live", final, (metric,), 0.1)))

    return evaluation


def ended(end: End, epoch: int) -> tuple[str, dict[str, Any]]:
    return ("end", to_json(TrialEnd(end, "as recorded", epoch * 10, epoch)))


def test_rungs_that_were_recorded_and_not_reported_are_not_missing(
    orphan: Assignment, folder: Storage, say: Any, runner: Any
) -> None:
    write(folder, orphan.identity, 0, began(), say(1, 5.0), say(2, 5.0), say(3, 4.0), say(4, 3.0)).close()
    with Study.open("s", folder) as study:
        assert study.trials()[0].intermediate == {1: 5.0, 2: 5.0, 3: 4.0, 4: 3.0}
        again = study.ask()
        assert again is not None
        assert (again.identity, again.attempt, again.parameters) == (orphan.identity, 1, orphan.parameters)
        runner(study).report(again, 5, 2.0)
        runner(study).end(again, End.COMPLETED, epoch=5)
        assert study.trials()[0].values == (3.0,)


@pytest.mark.parametrize(
    ("end", "state"), [(End.COMPLETED, "complete"), (End.COLLAPSED, "pruned"), (End.FAILED, "fail")]
)
def test_an_end_that_was_recorded_and_not_reported_is_taken(
    end: End, state: str, orphan: Assignment, folder: Storage, say: Any
) -> None:
    write(folder, orphan.identity, 0, began(), say(1, 5.0), say(2, 5.0), say(3, 2.0), ended(end, 3)).close()
    with Study.open("s", folder) as study:
        (row,) = study.trials()
        assert (row.end, row.state, row.reason, row.epoch) == (end, state, "as recorded", 3)
        assert row.values == ((4.0,) if end is End.COMPLETED else None)
        following = study.ask()
    assert following is not None
    assert following.identity.number == 1


def test_an_end_that_was_recorded_before_a_lost_worker_could_report_it(
    small_space: Space, folder: Storage, say: Any, runner: Any
) -> None:
    with Study.create(small_space(), name="s", storage=folder, seed=1) as study:
        assignment = study.ask()
        assert assignment is not None
        write(folder, assignment.identity, 0, began(), say(1, 5.0), ended(End.COMPLETED, 1)).close()
        runner(study).end(assignment, End.LOST)
        (row,) = study.trials()
    assert (row.end, row.values) == (End.COMPLETED, (5.0,))


def test_the_end_of_an_interrupted_attempt_is_no_end(orphan: Assignment, folder: Storage, say: Any) -> None:
    write(folder, orphan.identity, 0, began(), say(1, 5.0), ended(End.STOPPED_BY_USER, 1)).close()
    with Study.open("s", folder) as study:
        again = study.ask()
    assert again is not None
    assert (again.identity.number, again.attempt) == (0, 1)


def test_the_orphaned_worker_can_write_nothing_more_once_its_trial_is_out_again(
    orphan: Assignment, folder: Storage, say: Any
) -> None:
    worker = write(folder, orphan.identity, 0, began())
    with Study.open("s", folder) as study:
        assert study.ask() is not None
    worker.append(Record(say(3, 1.0)[0], 0, say(3, 1.0)[1]))
    with pytest.raises(FencedError, match="attempt 0 at s-0 may write nothing more"):
        worker.flush()
    worker.close()


def test_a_trial_that_gets_on_is_never_given_up(orphan: Assignment, folder: Storage) -> None:
    for attempt in range(6):
        checkpoint = ("checkpoint", {"step": 10 * attempt + 10, "path": "x"})
        write(folder, orphan.identity, attempt, began(10 * attempt), checkpoint).close()
        with Study.open("s", folder) as study:
            again = study.ask()
            assert again is not None
            assert (again.identity.number, again.attempt) == (0, attempt + 1)


def test_a_trial_that_no_worker_took_up_is_not_counted_as_lost(orphan: Assignment, folder: Storage) -> None:
    for attempt in range(6):
        with Study.open("s", folder) as study:
            again = study.ask()
            assert again is not None
            assert (again.identity.number, again.attempt) == (0, attempt + 1)


def test_a_trial_whose_record_is_damaged_fails_alone(orphan: Assignment, folder: Storage) -> None:
    write(folder, orphan.identity, 0, began()).close()
    write(folder, orphan.identity, 0, began()).close()
    path = folder.local_path(f"records/{orphan.identity}.records")
    assert path is not None
    content = bytearray(path.read_bytes())
    content[20] ^= 1
    path.write_bytes(content)
    with Study.open("s", folder) as study:
        (row,) = study.trials()
        assert row.end is End.FAILED
        assert row.reason is not None
        assert "s-0.records" in row.reason
        ((identity, end),) = study.newly_over()
        assert (identity, end.end, study.newly_over()) == (orphan.identity, End.FAILED, [])
        following = study.ask()
    assert following is not None
    assert following.identity.number == 1


def test_replicates_go_on_from_where_each_was(small_space: Space, folder: Storage, say: Any, runner: Any) -> None:
    space = small_space({"plan.replicates": 2})
    with Study.create(space, name="s", storage=folder, seed=1) as study:
        first, second = study.ask(), study.ask()
        assert first is not None
        assert second is not None
        for epoch, value in ((1, 2.0), (2, 4.0)):
            runner(study).report(first, epoch, value)
        runner(study).end(first, End.COMPLETED, epoch=2)
        runner(study).report(second, 1, 6.0)
        write(folder, first.identity, 0, began(), say(1, 2.0), say(2, 4.0), ended(End.COMPLETED, 2)).close()
        write(folder, second.identity, 0, began(), say(1, 6.0)).close()
    with Study.open("s", folder) as study:
        assert study.trials()[0].intermediate == {1: 4.0}
        again = study.ask()
        assert again is not None
        assert (again.identity, again.attempt) == (second.identity, 1)
        assert runner(study).report(again, 2, 8.0) is Decision.CONTINUE
        runner(study).end(again, End.COMPLETED, epoch=2)
        rows = study.trials()
        following = study.ask()
    assert [row.values for row in rows] == [(3.0,), (7.0,)]
    assert rows[0].intermediate == {1: 4.0, 2: 6.0}
    assert rows[0].trial_values == (5.0,)
    assert following is not None
    assert following.identity == TrialIdentity("s", 1, 0)


def test_a_trial_whose_driver_died_while_choosing_goes_on_in_a_database(
    small_space: Space, folder: Storage, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/decisions.db"
    with Study.create(small_space(), name="s", storage=folder, seed=1, database_url=url) as study:
        study._trials._study.ask()  # begun, and nothing chosen yet
    with Study.open("s", folder, database_url=url) as study:
        found = study.ask()
        assert found is not None
        assert (found.identity.number, set(found.parameters) >= {"generator.layers"}) == (0, True)


DYING_BETWEEN = """
import os, signal, sys
sys.path.insert(0, sys.argv[2])
from conftest import YAML, Runner
from gansearch.space import parse_space
from gansearch.storage import Storage
from gansearch.study import Study, live_trials

live_trials.tell = lambda *trial: os.kill(os.getpid(), signal.SIGKILL)
space = parse_space(YAML, "small.yaml", {"plan.replicates": int(sys.argv[4])} | eval(sys.argv[5]))
study = Study.create(space, name="s", storage=Storage(sys.argv[1]), seed=1, database_url=sys.argv[3])
Runner(study).drain()
"""


@pytest.mark.parametrize(("replicates", "more"), [(1, {}), (2, {}), (2, {"plan.pruner": "wilcoxon"})])
def test_a_driver_that_died_between_an_end_and_its_telling_leaves_no_trial_running(
    replicates: int, more: dict[str, str], folder: Storage, runner: Any, tmp_path: Path
) -> None:
    url, here = f"sqlite:///{tmp_path}/decisions.db", str(Path(__file__).parent)
    words = [sys.executable, "-c", DYING_BETWEEN, folder.url, here, url, str(replicates), repr(more)]
    assert subprocess.run(words, check=False).returncode == -signal.SIGKILL

    with Study.open("s", folder, database_url=url) as study:
        assert [who.replicate or 0 for who, end in study.newly_over()] == list(range(replicates))
        told = study._trials._study.trials[0]
        assert told.state is TrialState.COMPLETE
        assert not more or sorted(told.intermediate_values) == list(range(replicates))
        runner(study).drain()
        assert "running" not in study.status().counts
