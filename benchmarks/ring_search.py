"""A search of ours whose trials train next to nothing, in a process of its own: ``python -m benchmarks.ring_search``.

Its trials are tiny networks on a ring that begin near the origin and hardly move, so that the value of all is the same:
no mode is covered. The pruner is asked at every result and never says yes, and each trial has all its results.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import torch

from benchmarks.timed_search import timed_search
from gansearch.executors.launch import LaunchOptions, trial_context
from gansearch.records import Setting
from gansearch.space import SearchSpace, parse_space, resolve
from gansearch.storage.place import study_storage
from gansearch.training import Lane, Pack
from gansearch.trial.measuring import RUNG, measure
from gansearch.trial.workbench import Workbench, open_workbench

SPACE: Final = """
name: rings
dataset: {name: ring, train_samples: 256, test_samples: 500}
generator: {architecture: mlp, layers: 2, width: 8, latent_size: 2, init: normal_02}
discriminator: {architecture: mlp, layers: 2, width: 8}
optimizer:
  generator: {lr: {float: [1e-6, 1e-5], log: true}}
  discriminator: {lr: {float: [1e-6, 1e-5], log: true}}
training: {batch_size: 128, epochs: 10, evaluate_every: 1}
resources: {cpu: 1, gpu: 0, concurrent: 2}
plan:
  kind: search
  pruner: successive_halving
  objective: {metric: modes_covered, value: last, generator: live}
detectors: {mode: shadow}
"""
ALONE: Final = 5
"""Packs that are trained alone, after the search, to know what training takes."""


def space_of(trials: int, lanes: int, sampler: str) -> SearchSpace:
    """The search space with so many trials, in packs of so many lanes."""
    asked: dict[str, Any] = {"plan.trials": trials, "plan.sampler": sampler, "resources.lanes": lanes}
    return parse_space(SPACE, "the benchmark's space", asked)


def seconds_of_a_trial(space: SearchSpace, lanes: int) -> float:
    """CPU seconds of a trial's share of a pack: its networks are made, trained and evaluated, and nothing is kept."""
    settings = space.settings(space.default_parameters())
    bench = open_workbench(settings, trial_context(space, study_storage(space.name), LaunchOptions()))
    torch.set_num_threads(1)
    _pack_seconds(settings, lanes, bench)  # what is only done once is no training
    return statistics.median(_pack_seconds(settings, lanes, bench) for _ in range(ALONE)) / lanes


def _pack_seconds(settings: Mapping[str, Setting], lanes: int, bench: Workbench) -> float:
    before = time.process_time()
    configuration = resolve(settings)
    pack = Pack([Lane(configuration, seed) for seed in range(lanes)], bench.data)
    for _ in range(configuration.training.epochs):
        pack.train_epoch()
        measure(pack, bench, RUNG, use_average=False)
    return time.process_time() - before


def main(path: Path) -> None:
    """Do the task in the JSON file ``path``; how long it took goes into another beside it."""
    task = json.loads(path.read_text(encoding="utf-8"))
    space = space_of(task["trials"], task["lanes"], task["sampler"])
    said = timed_search(space, task["tracking_uri"])
    said["training_s"] = task["trials"] * seconds_of_a_trial(space, task["lanes"])
    path.with_suffix(".out.json").write_text(json.dumps(said), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
