"""A search with Ray Tune, OptunaSearch and MLflowLoggerCallback around the GAN on digits, as their pages show it."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from ray import tune
from ray.air.integrations.mlflow import MLflowLoggerCallback
from ray.tune.search import ConcurrencyLimiter
from ray.tune.search.optuna import OptunaSearch
from torch import Tensor

from benchmarks.peers.digits import ACTIVATIONS, Evaluation, digits, train

SPACE = {
    "g_layers": tune.randint(2, 8),
    "g_activation": tune.choice(list(ACTIVATIONS)),
    "g_dropout": tune.uniform(0.0, 0.6),
    "d_layers": tune.randint(2, 6),
    "d_dropout": tune.uniform(0.0, 0.6),
    "g_lr": tune.loguniform(1e-5, 1e-3),
    "d_lr": tune.loguniform(1e-5, 1e-3),
}


def train_digits(config: dict[str, Any], epochs: int, images: Tensor, evaluation: Evaluation) -> None:
    for found in train(config, epochs, images, evaluation):
        tune.report(found)


def main(path: Path) -> None:
    task = json.loads(path.read_text())
    images = digits()
    evaluation = Evaluation(images, Path(task["weights"]))
    search = OptunaSearch(points_to_evaluate=task["configs"])
    tuner = tune.Tuner(
        tune.with_parameters(train_digits, epochs=task["epochs"], images=images, evaluation=evaluation),
        tune_config=tune.TuneConfig(
            metric="frechet_distance",
            mode="min",
            search_alg=ConcurrencyLimiter(search, max_concurrent=4),
            num_samples=len(task["configs"]),
            reuse_actors=task["reuse_actors"],
        ),
        run_config=tune.RunConfig(
            name="digits",
            storage_path=task["storage"],
            callbacks=[
                MLflowLoggerCallback(
                    tracking_uri=task["tracking_uri"], experiment_name=task["experiment"], save_artifact=True
                )
            ],
        ),
        param_space=SPACE,
    )
    began = time.time()
    found = tuner.fit()
    results = [result.metrics for result in found]
    Path(task["out"]).write_text(json.dumps({"began": began, "ended": time.time(), "results": results}, default=str))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
