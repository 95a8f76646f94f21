"""Trials that sleep, under Ray Tune alone, as its release test of bookkeeping has them."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import ray
from ray import tune


def trainable(config: dict[str, Any]) -> None:
    began = time.time()
    for step in range(config["results"]):
        time.sleep(config["pause_s"])
        tune.report({"score": step, "began": began})


def main(path: Path) -> None:
    """Do the task in the JSON file ``path``; how long it took goes into another beside it."""
    task = json.loads(path.read_text(encoding="utf-8"))
    before = time.time()
    ray.init(num_cpus=task["slots"], include_dashboard=False)
    started = time.time()
    tuner = tune.Tuner(
        trainable,
        param_space={"results": task["results"], "pause_s": task["pause_s"]},
        tune_config=tune.TuneConfig(num_samples=task["trials"], reuse_actors=task["reuse_actors"]),
        run_config=tune.RunConfig(name="sleepers", storage_path=str(path.parent / "results"), verbose=0),
    )
    began = time.time()
    found = list(tuner.fit())
    ended = time.time()
    first = min(result.metrics["began"] for result in found if result.metrics)
    ray.shutdown()
    said = {
        "ray_s": started - before + first - began,
        "wall_s": ended - first,
        "end_s": time.time() - ended,
        "results": sum(result.metrics["training_iteration"] for result in found if result.metrics),
    }
    path.with_suffix(".out.json").write_text(json.dumps(said), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
