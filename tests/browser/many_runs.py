"""Makes the study of 200 runs under GANSEARCH_HOME and shows it in MLflow. A program of its own: it trains in packs."""

from __future__ import annotations

import time
from pathlib import Path

from gansearch.executors.registering import register_generator
from gansearch.executors.tracking_again import track_study
from gansearch.space import load_space
from gansearch.study.launches import record_launch
from gansearch.testing.studies import run_study

LANES = 25


def main() -> None:
    """Train every seed of every arm, bring MLflow up to date with them, and register the best generator."""
    began_s = time.time()
    space = load_space(str(Path(__file__).with_name("arms.yaml")))
    storage = run_study(space, space.name, lanes=LANES)
    times = {"started": began_s, "ended": time.time(), "outcome": "finished"}
    record_launch(storage, {**times, "executor": "local", "versions": {}, "lanes": LANES})
    found = track_study(space.name, is_checked=False)
    assert found.is_complete, (found.reason, found.lacking)
    register_generator(space.name)


if __name__ == "__main__":
    main()
