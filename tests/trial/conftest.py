from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gansearch.records import Assignment, LaneReport, Setting, TrialIdentity
from gansearch.space.plan import DetectorSettings
from gansearch.storage import Storage
from gansearch.trial import fitting
from gansearch.trial.context import TrialContext
from gansearch.trial.run import GO_ON, Answer, run_pack

SETTINGS: dict[str, Setting] = {
    "dataset.name": "ring",
    "dataset.train_samples": 640,
    "dataset.test_samples": 1000,
    "generator.layers": 2,
    "generator.width": 16,
    "generator.latent_size": 4,
    "discriminator.layers": 2,
    "discriminator.width": 16,
    "discriminator.dropout": 0.2,
    "optimizer.generator.lr": 1e-3,
    "optimizer.discriminator.lr": 1e-3,
    "training.batch_size": 32,
    "training.epochs": 4,
    "training.evaluate_every": 2,
}

Make = Callable[..., Assignment]
Drive = Callable[..., list[LaneReport]]


@pytest.fixture(autouse=True)
def nothing_learnt() -> Iterator[None]:
    """What a process has learnt about memory is forgotten after each test."""
    yield
    fitting._learnt.clear()
    fitting._estimates.clear()


@pytest.fixture
def make() -> Make:
    """An assignment on the ring, of two small networks, four epochs of 20 steps."""

    def build(number: int = 0, *, seed: int = 7, attempt: int = 0, **changes: Setting) -> Assignment:
        settings = SETTINGS | {key.replace("__", "."): value for key, value in changes.items()}
        return Assignment(TrialIdentity("s", number), seed, attempt, settings, {})

    return build


@pytest.fixture
def context(tmp_path: Path) -> TrialContext:
    return TrialContext(
        storage_url=str(tmp_path / "study"),
        data_dir=None,
        cache_dir=str(tmp_path / "cache"),
        detectors=DetectorSettings(mode="enforce"),
        use_average=True,
        final_evaluation=False,
        plugins=(),
        threads=1,
        device="cpu",
        heartbeat_s=0.0,
    )


@pytest.fixture
def drive() -> Drive:
    """Runs a pack, answering each yield by ``answer(reports)``; all reports in their order."""

    def run(
        assignments: list[Assignment],
        context: TrialContext,
        answer: Callable[[list[LaneReport]], Answer] = lambda _: GO_ON,
    ) -> list[LaneReport]:
        pack = run_pack(assignments, context)
        told: list[LaneReport] = []
        reports = next(pack)
        while True:
            told.extend(reports)
            try:
                reports = pack.send(answer(reports))
            except StopIteration:
                return told

    return run


@pytest.fixture
def explosive_context(context: TrialContext, explosive: Path) -> TrialContext:
    """A study that keeps the plug-in file."""
    Storage(context.storage_url).write("plugins/explosive.py", explosive.read_bytes())
    return replace(context, plugins=(f"{context.storage_url}/plugins/explosive.py",))
