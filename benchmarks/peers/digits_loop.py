"""A bare loop over configurations of the GAN on digits, tracked with MLflow: ``python digits_loop.py task.json``."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import mlflow
import torch

from benchmarks.peers.digits import Evaluation, digits, train


def main(path: Path) -> None:
    task = json.loads(path.read_text())
    if task["threads"]:
        torch.set_num_threads(task["threads"])
    mlflow.set_tracking_uri(task["tracking_uri"])
    mlflow.set_experiment(task["experiment"])
    images = digits()
    evaluation = Evaluation(images, Path(task["weights"]))
    began, results = time.time(), []
    for config in task["configs"]:
        with mlflow.start_run():
            mlflow.log_params(config)
            found: dict[str, float] = {}
            for epoch, found in enumerate(train(config, task["epochs"], images, evaluation), 1):
                mlflow.log_metrics(found, step=epoch)
            results.append(found)
    Path(task["out"]).write_text(json.dumps({"began": began, "ended": time.time(), "results": results}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
