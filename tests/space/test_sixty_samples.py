"""Whatever can be sampled of the space of all tricks can be trained: sixty random configurations on real digits."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache

import pytest
import torch

from gansearch.data import Data, Samples, datasets
from gansearch.records import Assignment
from gansearch.space import load_space
from gansearch.space.configuration import resolve
from gansearch.study.planned import planned_assignments
from gansearch.training import Lane, Pack

SAMPLES = 60
STEPS = 50
BATCH_SIZE = 8
"""An eighth of that of the space: minutes instead of ten, and nothing else changes."""
RANDOM = {
    "training.batch_size": BATCH_SIZE,
    "plan.sampler": "random",
    "plan.trials": SAMPLES,
    "plan.enqueue": [],
    "priors": {},
}


@cache
def sampled() -> tuple[Assignment, ...]:
    return tuple(planned_assignments(load_space("tricks_mnist", RANDOM), "sixty", 0))


@cache
def digits() -> Data:
    """As many as fifty steps need."""
    data = datasets.get("mnist5k")().load(None)
    order = torch.randperm(len(data.train), generator=torch.Generator().manual_seed(0))[: STEPS * BATCH_SIZE]
    return replace(data, train=Samples(data.train.values[order], data.train.labels[order]))


def test_the_samples_cover_the_space() -> None:
    settings = [assignment.settings for assignment in sampled()]
    assert len(settings) == SAMPLES
    for path in ("generator.architecture", "discriminator.architecture", "loss.name", "tricks.gradient_penalty"):
        assert len({each[path] for each in settings}) >= 2, path
    on = Counter(path for each in settings for path, value in each.items() if path.endswith(".enabled") and value)
    assert len(on) >= 20


@pytest.mark.verify(seconds=40)
@pytest.mark.parametrize("part", range(6))
def test_each_trains_fifty_steps(part: int) -> None:
    finite = 0
    for assignment in sampled()[part::6]:
        configuration = resolve(assignment.settings)
        pack = Pack([Lane(configuration, assignment.seed)], digits())
        pack.train_epoch()
        assert pack.steps == (STEPS,), assignment.settings
        finite += bool(pack.sample(16, averaged=True).isfinite().all())
    assert finite >= 9  # a loss without bounds may run away
