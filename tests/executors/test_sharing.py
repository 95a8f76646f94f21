"""Data reach a node once: the driver loads them, and workers see the same memory."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import ray
import torch

from gansearch.executors import ray_tune
from gansearch.executors.launch import LaunchOptions, launch, trial_context
from gansearch.executors.ray_session import ray_session
from gansearch.executors.ray_tune import RayTuneExecutor
from gansearch.plugins import load_file
from gansearch.space import SearchSpace, load_space
from gansearch.space.plan import Resources
from gansearch.storage import Storage
from gansearch.trial.workbench import OpenedElsewhere, give_workbench, open_workbench

PLUGIN = '''
"""Random points that write down who loads them. Source: none."""
import os
from dataclasses import dataclass
from typing import ClassVar

import torch

from gansearch.data import Data, DataSet, Samples, checksum
from gansearch.dimensions import Choice, Int, static
from gansearch.records import Geometry

@dataclass(frozen=True, kw_only=True)
class Counted(DataSet):
    """Random points."""
    name: ClassVar[str] = "counted"
    geometry: ClassVar[Geometry] = Geometry(shape=(10,), bounded=False, classes=0)
    count: int = static(640, Int(640, 4_000_000), "points")
    mapped: bool = static(False, Choice((True, False)), "whether they say that they are mapped")

    def load(self, data_dir):
        with open("LOADS", "a") as loads:
            loads.write(f"{os.getpid()}\\n")
        values = torch.randn(self.count, 10, generator=torch.Generator().manual_seed(0))
        train = Samples(values, torch.zeros(self.count, dtype=torch.int64))
        test = Samples(values[:1000].clone(), train.labels[:1000].clone())
        return Data(self.name, self.geometry, train, test, "0", is_mapped=self.mapped)
'''

SPACE = """
name: counted
dataset: {name: counted}
generator: {architecture: mlp, layers: 2, width: 8, latent_size: 4}
discriminator: {architecture: mlp, layers: 2, width: 8, dropout: {float: [0.0, 0.5]}}
training: {batch_size: 64, epochs: 1, evaluate_every: 1}
resources: {cpu: 1, lanes: 1}
plan: {kind: search, trials: 4, sampler: random, pruner: none}
"""

LARGE = 2_000_000
"""Points that take 80 MB."""


@pytest.fixture(scope="module", autouse=True)
def session() -> Iterator[None]:
    """One cluster for all tests here, whose workers cannot import them."""
    module = sys.modules[__name__]
    ray.cloudpickle.register_pickle_by_value(module)
    with ray_session(None):
        yield
    ray.cloudpickle.unregister_pickle_by_value(module)


@pytest.fixture
def loads(tmp_path: Path) -> Path:
    """Who has loaded the data, a process a line."""
    return tmp_path / "loads"


@pytest.fixture
def plugin(tmp_path: Path, loads: Path) -> Path:
    path = tmp_path / "counted.py"
    path.write_text(PLUGIN.replace("LOADS", str(loads)), encoding="utf-8")
    load_file(path)
    return path


@pytest.fixture
def space(tmp_path: Path, plugin: Path) -> Callable[..., SearchSpace]:
    def build(**changes: object) -> SearchSpace:
        path = tmp_path / "counted.yaml"
        path.write_text(SPACE, encoding="utf-8")
        return load_space(str(path), {key.replace("__", "."): value for key, value in changes.items()})

    return build


def _look(bench: OpenedElsewhere | None, settings: object, context: object) -> tuple[int, str, float, float]:
    """Process, file of the memory of the data, bytes of its own more than before, and the sum of all numbers."""
    give_workbench(bench)
    before = _own_bytes()
    values = open_workbench(settings, context).data.train.values  # type: ignore[arg-type]
    return os.getpid(), _file_of(values.data_ptr()), _own_bytes() - before, values.sum(dtype=torch.float64).item()


def _own_bytes() -> float:
    """Memory of this process that no other shares."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(1024.0 * int(line.split()[1]) for line in lines if line.startswith(("Private_Dirty", "Anonymous")))


def _file_of(address: int) -> str:
    for line in Path("/proc/self/maps").read_text().splitlines():
        span, *rest = line.split(maxsplit=5)
        low, high = (int(end, 16) for end in span.split("-"))
        if low <= address < high:
            return rest[-1]
    raise AssertionError("the address must be mapped")


@pytest.mark.verify
def test_four_trials_on_two_workers_load_once(space: Callable[..., SearchSpace], plugin: Path, loads: Path) -> None:
    said: list[str] = []
    result = launch(space(resources__concurrent=2), LaunchOptions(name="once", plugins=(plugin,)), say=said.append)

    assert result.outcome == "finished"
    assert result.status.counts == {"completed": 4}
    assert loads.read_text().split() == [str(os.getpid())]
    assert (
        "data: 640 + 640 points of 10 coordinates, less than 1 MB, once on a node, shared by all of its trials" in said
    )


def look(space: SearchSpace, plugin: Path, tmp_path: Path) -> tuple[int, str, float, float]:
    """What a worker sees."""
    kept = Storage(tmp_path / "kept")
    kept.write("plugins/counted.py", plugin.read_bytes())
    kept.write("plugins/index.json", b'{"version": 1, "files": [{"name": "counted.py", "sha256": null}]}')
    context, settings = trial_context(space, kept, LaunchOptions()), space.settings(space.default_parameters())
    with RayTuneExecutor(Resources(), None) as executor:
        bench = executor._shared(settings, context)
        found: tuple[int, str, float, float] = ray.get(ray.remote(_look).remote(bench, settings, context))
    return found


@pytest.mark.verify
def test_workers_see_the_same_memory(
    space: Callable[..., SearchSpace], plugin: Path, loads: Path, tmp_path: Path
) -> None:
    process, file, more, total = look(space(dataset__count=LARGE), plugin, tmp_path)

    assert process != os.getpid()
    assert loads.read_text().split() == [str(os.getpid())]
    assert "plasma" in file
    assert more < 20e6
    wanted = torch.randn(LARGE, 10, generator=torch.Generator().manual_seed(0)).sum(dtype=torch.float64).item()
    assert total == wanted


@pytest.mark.verify
def test_a_large_file_that_is_mapped_is_mapped_by_workers(
    space: Callable[..., SearchSpace], plugin: Path, loads: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ray_tune, "MAPPED_SHARE", 0.0)
    process, file, _, _ = look(space(dataset__mapped=True), plugin, tmp_path)

    assert loads.read_text().split() == [str(os.getpid()), str(process)]
    assert "plasma" not in file
