"""Which GPUs trials are given, on a node of Ray's that says it has two: judged from the records of attempts alone."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
import ray
import torch
from ray._private import worker

from gansearch.curves import read_curve
from gansearch.errors import ExecutorError
from gansearch.executors.driver import Driver
from gansearch.executors.launch import LaunchOptions, launch, trial_context
from gansearch.executors.ray_session import ENVIRONMENT, _on_loopback
from gansearch.executors.ray_tune import RayTuneExecutor
from gansearch.plugins import load_file
from gansearch.records import Assignment, End, TrialEnd, TrialIdentity
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.storage.home import study_dir
from gansearch.storage.place import study_storage
from gansearch.study import Study
from gansearch.trial.interrupt import Interrupt

Ring = Callable[..., SearchSpace]

MEETING = '''
"""Holds its process up until others are there. Source: none."""
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from gansearch.detectors import Detector

HERE = Path("{folder}")

@dataclass(frozen=True, kw_only=True)
class Meeting(Detector):
    """Waits for others at its first check, and a moment at each further one."""
    name: ClassVar[str] = "meeting"
    kind: ClassVar[str] = "stagnation"
    source: ClassVar[str] = "none"

    def check(self, trace):
        mine = HERE / str(os.getpid())
        if not mine.exists():
            mine.touch()
            end = time.monotonic() + 300
            while len(list(HERE.iterdir())) < {count} and time.monotonic() < end:
                time.sleep(0.05)
            time.sleep(1)  # were there room for one more, it would be there
        time.sleep(0.02)
'''


@dataclass(frozen=True)
class Attempt:
    """One attempt at one run, as its record has it."""

    identity: TrialIdentity
    gpus: str
    """As ``CUDA_VISIBLE_DEVICES`` had them."""
    process: int
    lanes: int
    began: float
    ended: float
    end: End
    reason: str


class Untracked:
    """Stands in for the feed of MLflow."""

    def started(self, assignment: Assignment) -> None: ...

    def update(self, identity: TrialIdentity) -> None: ...

    def ended(self, identity: TrialIdentity, end: TrialEnd) -> None: ...


@pytest.fixture(scope="module")
def node() -> Iterator[None]:
    """A node that says that it has two GPUs, and more processors than they can occupy."""
    with (
        pytest.MonkeyPatch.context() as patch,
        tempfile.TemporaryDirectory(prefix="gs", ignore_cleanup_errors=True) as folder,
        _on_loopback(),
    ):
        patch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
        patch.delenv("RAY_ADDRESS", raising=False)
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        quiet = {"include_dashboard": False, "log_to_driver": False, "logging_level": "ERROR"}
        ray.init(address="local", num_cpus=8, num_gpus=2, object_store_memory=10**8, _temp_dir=folder, **quiet)
        processes = [each.process for kind in worker._global_node.all_processes.values() for each in kind]
        yield
        ray.shutdown()
        for process in processes:  # Ray does not wait for all of them
            process.wait(60)


@pytest.fixture
def meeting(tmp_path: Path) -> Callable[..., Path]:
    """A plug-in file by which the first trials wait until ``count`` processes train."""

    def written(count: int) -> Path:
        folder = tmp_path / "here"
        folder.mkdir()
        path = tmp_path / "meeting.py"
        path.write_text(MEETING.format(folder=folder, count=count), encoding="utf-8")
        load_file(path)
        return path

    return written


def run(space: SearchSpace, plugins: Sequence[Path] = ()) -> list[Attempt]:
    """Run a study to its end on the node; its attempts."""
    storage = study_storage("rings")
    with closing(Study.create(space, name="rings", storage=storage, seed=1, plugins=plugins)) as study:
        context = trial_context(space, storage, LaunchOptions())
        lanes = space.resources.lanes
        assert isinstance(lanes, int)
        driver = Driver(study, Untracked(), Interrupt(), lanes=lanes, watch=None, say=print)  # type: ignore[arg-type]
        with RayTuneExecutor(space.resources, None) as executor:
            executor.run(driver, context)
        return [each for row in study.trials() for each in attempts(storage, row.identity)]


def attempts(storage: Storage, identity: TrialIdentity) -> list[Attempt]:
    """Those of one run, each of which has ended."""
    records, _ = read_curve(storage, identity)
    begins, ends = ([record for record in records if record.kind == kind] for kind in ("attempt", "end"))
    found = []
    for begin, end in zip(begins, ends, strict=True):
        about, said = begin.payload, end.payload
        where = about.get("cuda_visible_devices", ""), about.get("pid", 0), about["lanes"]
        found.append(Attempt(identity, *where, about["started"], end.time, End(said["end"]), said["reason"]))
    return found


def completed(found: Sequence[Attempt]) -> int:
    """How many there are, each of another run and completed."""
    assert len({each.identity for each in found}) == len(found)
    assert {(each.end, each.reason) for each in found} == {(End.COMPLETED, "trained all 4 epochs")}
    return len(found)


def at_once(found: Sequence[Attempt], what: Callable[[Attempt], object]) -> int:
    """The most different values that attempts at work at the same time had."""
    return max(len({what(other) for other in found if other.began <= each.began < other.ended}) for each in found)


def by_gpu(found: Sequence[Attempt]) -> dict[str, list[Attempt]]:
    return {gpus: [each for each in found if each.gpus == gpus] for gpus in sorted({each.gpus for each in found})}


def runs(found: Sequence[Attempt]) -> int:
    return at_once(found, lambda each: each.identity)


def packs(found: Sequence[Attempt]) -> int:
    return at_once(found, lambda each: each.process)


@pytest.mark.skipif(torch.cuda.is_available(), reason="must be a machine without CUDA")
def test_how_often_to_evaluate_is_not_measured_where_there_is_no_cuda(ring: Ring) -> None:
    space = ring(resources__gpu=0.25, training__evaluate_every=None)
    with pytest.raises(ExecutorError, match=r"training\.evaluate_every must be given .*resources\.device=cpu"):
        launch(space, LaunchOptions(executor="local"))
    assert not Path(study_dir("rings")).exists()


@pytest.mark.verify
@pytest.mark.usefixtures("node")
@pytest.mark.skipif(torch.cuda.is_available(), reason="must be a machine without CUDA")
def test_a_trial_that_finds_no_cuda_fails_and_says_what_to_do(ring: Ring) -> None:
    (attempt,) = run(ring(resources={"cpu": 0.5, "gpu": 0.25, "lanes": 1}, plan__trials=1))
    assert attempt.end is End.FAILED
    said = r"must find CUDA .* CUDA_VISIBLE_DEVICES is [01] and .* --set resources\.device=cpu"
    assert re.search(said, attempt.reason)


@pytest.mark.verify
@pytest.mark.usefixtures("node")
def test_a_pack_takes_one_share_with_its_replicates(ring: Ring, meeting: Callable[..., Path]) -> None:
    changes = {"generator.init": "he", "plan.trials": 4, "plan.replicates": 2}
    space = ring(resources={"cpu": 0.5, "gpu": 1, "device": "cpu", "lanes": 4, "concurrent": 3}, **changes)
    found = run(space, [meeting(2)])
    assert completed(found) == 8
    assert {each.lanes for each in found} == {4}
    assert {gpus: (packs(those), runs(those)) for gpus, those in by_gpu(found).items()} == {"0": (1, 4), "1": (1, 4)}
    assert (packs(found), runs(found)) == (2, 8)
    together = {(each.identity.number, each.process) for each in found}
    assert len(together) == 4  # replicates of one trial are lanes of one pack


@pytest.mark.verify
@pytest.mark.usefixtures("node")
def test_no_more_packs_than_asked_for_run_at_once(ring: Ring, meeting: Callable[..., Path]) -> None:
    space = ring(resources={"cpu": 0.5, "gpu": 0.25, "device": "cpu", "lanes": 1, "concurrent": 3}, plan__trials=9)
    found = run(space, [meeting(3)])
    assert completed(found) == 9
    assert runs(found) == packs(found) == 3


@pytest.mark.verify
@pytest.mark.usefixtures("node")
def test_four_trials_with_a_quarter_share_a_gpu(ring: Ring, meeting: Callable[..., Path]) -> None:
    resources = {"cpu": 0.5, "gpu": 0.25, "device": "cpu", "lanes": 1, "concurrent": 12}
    space = ring(resources=resources, plan__trials=10, plan__replicates=2)
    found = run(space, [meeting(8)])
    assert completed(found) == 20
    assert {gpus: runs(those) for gpus, those in by_gpu(found).items()} == {"0": 4, "1": 4}
    assert runs(found) == packs(found) == 8
    # Processes take one trial after the other, each on its own GPU.
    assert len({each.process for each in found}) == len({(each.process, each.gpus) for each in found}) == 8
