"""Trials with a small script on points in the plane, whose training is a fraction of a second."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gansearch.curves import Curve, read_curve
from gansearch.records import Assignment, LaneReport, TrialIdentity
from gansearch.space import SearchSpace, parse_space
from gansearch.space.plan import DetectorSettings
from gansearch.storage import Storage
from gansearch.study import script_files
from gansearch.trial.context import TrialContext
from gansearch.trial.run import GO_ON, Answer, run_pack

SCRIPT = """
import random
import numpy as np
import torch
import gansearch

p = gansearch.parameters(lr=1e-3, width=8)
netG = torch.nn.Sequential(torch.nn.Linear(4, p.width), torch.nn.ReLU(), torch.nn.Linear(p.width, 2))
optG = torch.optim.Adam(netG.parameters(), lr=p.lr)
step = gansearch.checkpointed(netG=netG, optG=optG)
for epoch in range(step // 10, 3):
    for _ in range(10):
        loss = (netG(torch.randn(16, 4)) - 1).square().mean() + 0.01 * random.random() + 0.01 * np.random.rand()
        optG.zero_grad()
        loss.backward()
        optG.step()
        step += 1
        gansearch.report(step, {"g_loss": loss})
    print("epoch", epoch)
    gansearch.report(step, {}, samples=lambda n: netG(torch.randn(n, 4)))
print("done")
"""

SPACE = """
name: own
script: {file}
parameters: {{lr: {{float: [1e-4, 1e-1], log: true}}}}
dataset: {{name: ring, train_samples: 640, test_samples: 1000}}
training: {{epochs: 3}}
plan: {{trials: 2, sampler: random}}
"""


class Own:
    """One space with a script, and its trials in a storage of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def space(self, script: str = SCRIPT, space: str = SPACE, file: str = "train.py") -> SearchSpace:
        self.folder.mkdir(exist_ok=True)
        (self.folder / file).write_text(script, encoding="utf-8")
        return parse_space(space.format(file=file), str(self.folder / "own.yaml"))

    def trial(self, space: SearchSpace, *, seed: int = 7, attempt: int = 0) -> Assignment:
        parameters = space.default_parameters()
        return Assignment(TrialIdentity("own", 0), seed, attempt, space.settings(parameters), parameters)

    def context(self, space: SearchSpace, study: str = "study", **changes: object) -> TrialContext:
        storage = Storage(self.folder / study)
        script_files.keep(storage, space)
        said = {
            "storage_url": storage.url,
            "data_dir": None,
            "cache_dir": str(self.folder / "cache"),
            "detectors": DetectorSettings(mode="enforce"),
            "use_average": True,
            "final_evaluation": False,
            "plugins": (),
            "threads": 1,
            "device": "cpu",
            "heartbeat_s": 0.02,
            "objectives": ("frechet_distance",),
        }
        return TrialContext(**{**said, **changes})  # type: ignore[arg-type]

    def drive(
        self,
        trial: Assignment,
        context: TrialContext,
        answer: Callable[[list[LaneReport]], Answer] = lambda _: GO_ON,
    ) -> list[LaneReport]:
        run = run_pack([trial], context)
        told: list[LaneReport] = []
        reports = next(run)
        while True:
            told += reports
            try:
                reports = run.send(answer(reports))
            except StopIteration:
                return told

    def curve(self, trial: Assignment, context: TrialContext) -> Curve:
        return Curve.of(read_curve(Storage(context.storage_url), trial.identity)[0])


@pytest.fixture
def own(tmp_path: Path) -> Own:
    return Own(tmp_path / "own")
