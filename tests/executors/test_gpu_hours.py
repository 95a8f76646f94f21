"""A whole search that its GPU-hours end, on a processor in the place of a GPU."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import pytest

from gansearch.executors.driver import Driver
from gansearch.executors.launch import LaunchOptions, trial_context
from gansearch.executors.local import LocalExecutor
from gansearch.records import Assignment, TrialEnd, TrialIdentity
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.storage.home import study_dir
from gansearch.study import Study, StudyStatus
from gansearch.trial.interrupt import Interrupt

LANES = 2


class Untracked:
    """Stands in for the feed of MLflow."""

    def started(self, assignment: Assignment) -> None: ...

    def update(self, identity: TrialIdentity) -> None: ...

    def ended(self, identity: TrialIdentity, end: TrialEnd) -> None: ...


def driven(study: Study) -> StudyStatus:
    """Drive the study until nothing is to be started; what it has come to once it is closed."""
    with closing(study):
        context = replace(trial_context(study.space, study.storage, LaunchOptions()), device="cpu")
        driver = Driver(study, Untracked(), Interrupt(), lanes=LANES, watch=None, say=print)  # type: ignore[arg-type]
        LocalExecutor().run(driver, context)
        return study.status()


def test_a_search_rests_when_its_gpu_hours_are_spent_and_stays_so(ring: Callable[..., SearchSpace]) -> None:
    gpu_hours = 0.1 / 3600.0  # 0.2 s of half a GPU
    bounds = {"gpu_hours": gpu_hours, "cost_per_gpu_hour": 4}
    space = ring(training__epochs=10_000, resources__gpu=0.5, generator__init="he", budget=bounds)
    storage = Storage(study_dir("rings"))
    status = driven(Study.create(space, name="rings", storage=storage, seed=1))
    assert status.counts == {"budget": LANES}
    assert LANES <= status.epochs < LANES * 10_000
    assert gpu_hours <= status.gpu_hours < 0.5 * status.elapsed_s / 3600.0
    assert status.cost == pytest.approx(4.0 * status.gpu_hours, rel=1e-9)
    again = driven(Study.open("rings", storage))
    assert (again.counts, again.epochs, again.gpu_hours) == (status.counts, status.epochs, status.gpu_hours)
