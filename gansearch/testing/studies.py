"""A whole study in this process, one run after the other: without an executor, a tracking store or a report."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from gansearch.executors.launch import LaunchOptions, trial_context
from gansearch.plugins import load_file
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.storage.place import study_storage
from gansearch.study import Study
from gansearch.trial.run import GO_ON, run_pack


def run_study(space: SearchSpace, name: str, *, lanes: int = 1, seed: int = 1, plugins: Sequence[Path] = ()) -> Storage:
    """Run every trial of a space to its end, under GANSEARCH_HOME.

    Args:
        space: its plan must have a number of trials.
        name: of the study.
        lanes: of a pack at most; its trials must then be of one structure.
        seed: of the study.
        plugins: files that the study keeps.
    """
    storage = study_storage(name)
    for path in plugins:
        load_file(path)
    with closing(Study.create(space, name=name, storage=storage, seed=seed, plugins=plugins)) as study:
        context = replace(trial_context(space, storage, LaunchOptions()), plugins=())
        while pack := [each for each in (study.ask() for _ in range(lanes)) if each is not None]:
            run = run_pack(pack, context)
            reports = next(run, None)
            while reports is not None:
                for report in reports:
                    study.report(report)
                try:
                    reports = run.send(GO_ON)
                except StopIteration:
                    reports = None
    return storage
