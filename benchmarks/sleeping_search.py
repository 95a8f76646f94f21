"""A search of ours whose trials sleep, in a process of its own: ``python -m benchmarks.sleeping_search``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from benchmarks.timed_search import timed_search
from gansearch.space import SearchSpace, load_space

SCRIPT: Final = """
import time
import gansearch

pause_s, results, _ = gansearch.parameters(pause_s=1.0, results=1, draw=0.0).values()
for step in range(1, results + 1):
    time.sleep(pause_s)
    gansearch.report(step, {"slept_s": pause_s}, metrics={"score": 0.0})
"""
SPACE: Final = """
name: sleepers
script: sleep.py
parameters: {pause_s: 1.0, results: 1, draw: {float: [0.0, 1.0]}}
training: {epochs: 1}
resources: {cpu: 1, gpu: 0, concurrent: 2}
plan: {kind: search, trials: 2, sampler: random, objective: {metric: score, direction: minimize, value: last}}
"""


def space_in(folder: Path, task: dict[str, Any]) -> SearchSpace:
    """The search space of a task; its script is written into ``folder``."""
    (folder / "sleep.py").write_text(SCRIPT, encoding="utf-8")
    path = folder / "sleepers.yaml"
    path.write_text(SPACE, encoding="utf-8")
    asked: dict[str, Any] = {
        "plan.trials": task["trials"],
        "parameters.pause_s": task["pause_s"],
        "parameters.results": task["results"],
        "training.epochs": task["results"],
    }
    return load_space(str(path), asked)


def main(path: Path) -> None:
    """Do the task in the JSON file ``path``; how long it took goes into another beside it."""
    task = json.loads(path.read_text(encoding="utf-8"))
    said = timed_search(space_in(path.parent, task), task["tracking_uri"])
    path.with_suffix(".out.json").write_text(json.dumps(said), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
