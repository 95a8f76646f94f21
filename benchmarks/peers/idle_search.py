"""A search whose trials have next to nothing to do, as the documentation of Ray Tune and MLflow shows one."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import optuna
import ray
from ray import tune
from ray.air.integrations.mlflow import MLflowLoggerCallback
from ray.tune.schedulers import ASHAScheduler
from ray.tune.search.optuna import OptunaSearch

SAMPLERS = {"random": optuna.samplers.RandomSampler, "tpe": optuna.samplers.TPESampler}


def trainable(config: dict[str, Any]) -> None:
    began = time.time()
    for _ in range(config["results"]):
        tune.report({"modes": 0.0, "g_lr": config["g_lr"], "d_lr": config["d_lr"], "began": began})


def main(path: Path) -> None:
    """Do the task in the JSON file ``path``; how long it took goes into another beside it."""
    task = json.loads(path.read_text(encoding="utf-8"))
    before = time.time()
    ray.init(num_cpus=task["slots"], include_dashboard=False)
    started = time.time()
    tuner = tune.Tuner(
        trainable,
        param_space={
            "g_lr": tune.loguniform(1e-6, 1e-5),
            "d_lr": tune.loguniform(1e-6, 1e-5),
            "results": task["results"],
        },
        tune_config=tune.TuneConfig(
            metric="modes",
            mode="max",
            search_alg=OptunaSearch(sampler=SAMPLERS[task["sampler"]](seed=0)),
            scheduler=ASHAScheduler(max_t=task["results"]),
            num_samples=task["trials"],
            max_concurrent_trials=task["slots"],
        ),
        run_config=tune.RunConfig(
            name="modes",
            storage_path=str(path.parent / "results"),
            callbacks=[
                MLflowLoggerCallback(tracking_uri=task["tracking_uri"], experiment_name="modes", save_artifact=True)
            ],
        ),
    )
    began = time.time()
    found = list(tuner.fit())
    ended = time.time()
    first = min(result.metrics["began"] for result in found if result.metrics)
    done = sum(result.metrics["training_iteration"] for result in found if result.metrics)
    ray.shutdown()
    said = {
        "ray_s": started - before + first - began,
        "wall_s": ended - first,
        "end_s": time.time() - ended,
        "results": done,
    }
    path.with_suffix(".out.json").write_text(json.dumps(said), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
