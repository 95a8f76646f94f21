"""What is measured at the end: Ctrl-C ends it soon, a lost worker is told, and ``resume`` measures what is missing."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import ray

from gansearch.curves import Curve, read_curve
from gansearch.errors import FencedError, PluginError, StorageError
from gansearch.executors import local
from gansearch.executors.final_tasks import RETRIES, await_measurements
from gansearch.executors.launch import LaunchOptions, launch, resume
from gansearch.executors.ray_session import ray_session
from gansearch.executors.waiting import Waiting
from gansearch.records import Assignment, TrialIdentity
from gansearch.space import SearchSpace
from gansearch.space.plan import Resources
from gansearch.storage import Storage
from gansearch.storage.home import study_dir
from gansearch.trial.context import TrialContext
from gansearch.trial.final import evaluate_final

Ring = Callable[..., SearchSpace]
LOCAL = LaunchOptions(executor="local")
SHORT = {"plan__trials": 2, "training__epochs": 2}


def measured(number: int) -> bool:
    records, _ = read_curve(Storage(study_dir("rings")), TrialIdentity("rings", number))
    return any(done.final for done in Curve.of(records).evaluations)


def test_ctrl_c_is_heard_between_two_measurements(ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(assignment: Assignment, context: TrialContext) -> None:
        evaluate_final(assignment, context)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(local, "evaluate_final", interrupted)
    said: list[str] = []
    result = launch(ring(**SHORT), LOCAL, say=said.append)
    assert (result.outcome, result.report) == ("interrupted", None)
    assert result.status.counts == {"completed": 2}
    assert [measured(number) for number in range(2)].count(True) == 1
    assert any("continue later with: gansearch resume rings" in sentence for sentence in said)


def test_a_measurement_that_cannot_be_kept_is_told_and_made_at_a_resume(
    ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(assignment: Assignment, context: TrialContext) -> None:
        if assignment.identity.number == 1:
            raise StorageError("no space left on the device")
        evaluate_final(assignment, context)

    said: list[str] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(local, "evaluate_final", failing)
        result = launch(ring(**SHORT), LOCAL, say=said.append)
    assert result.outcome == "finished"
    (line,) = [sentence for sentence in said if "has not been measured" in sentence]
    assert line == (
        "rings-1 has not been measured with the samples of the end: no space left on the device; "
        "gansearch resume rings measures what is missing"
    )
    assert [measured(number) for number in range(2)] == [True, False]
    assert resume("rings", LOCAL).outcome == "finished"
    assert measured(1)


def test_another_driver_that_has_taken_over_ends_the_launch(ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    def fenced(assignment: Assignment, context: TrialContext) -> None:
        raise FencedError("rings-0 has been begun anew")

    monkeypatch.setattr(local, "evaluate_final", fenced)
    with pytest.raises(FencedError, match="begun anew"):
        launch(ring(**SHORT), LOCAL)


@pytest.fixture
def own_ray() -> Iterator[None]:
    with ray_session(None):
        yield


@pytest.mark.verify(seconds=30)
@pytest.mark.usefixtures("own_ray")
def test_tasks_that_die_or_are_broken_off(tmp_path: Path) -> None:
    def dies(times: int, name: str) -> None:
        (tmp_path / f"{name}-{time.monotonic_ns()}").touch()
        if len(list(tmp_path.glob(f"{name}-*"))) <= times:
            os._exit(1)

    def raises(error: Exception) -> None:
        raise error

    def endless() -> None:
        (tmp_path / "begun").touch()
        time.sleep(600)

    def task(function: Callable[..., None]) -> ray.remote_function.RemoteFunction:
        return ray.remote(num_cpus=0.1)(function).options(max_retries=RETRIES)

    def awaited(running: list[ray.ObjectRef], stop: Callable[[], bool] = lambda: False) -> list[str]:
        said: list[str] = []
        named = {ref: TrialIdentity("rings", number) for number, ref in enumerate(running)}
        await_measurements(named, stop, said.append, Waiting(Resources(cpu=0.1), said.append))
        return said

    once, ever, unwritten = (
        task(dies).remote(1, "a"),
        task(dies).remote(9, "b"),
        task(raises).remote(StorageError("full")),
    )
    said = sorted(awaited([once, ever, unwritten]))
    assert len(said) == 2
    assert said[0].startswith("rings-1 has not been measured with the samples of the end: its worker died twice (Work")
    assert said[1].startswith("rings-2 has not been measured with the samples of the end: full; gansearch resume rings")
    assert len(list(tmp_path.glob("a-*"))) == 2

    with pytest.raises(PluginError, match="no such metric") as raised:
        awaited([task(raises).remote(PluginError("no such metric"))])
    assert type(raised.value) is PluginError  # the task's own, without the worker's traceback

    running = task(endless).remote()
    began = time.monotonic()
    assert awaited([running], stop=(tmp_path / "begun").exists) == []
    assert time.monotonic() - began < 20.0
    assert ray.wait([running], timeout=10.0)[0] == [running]  # nothing of it runs on
