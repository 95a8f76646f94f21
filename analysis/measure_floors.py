"""Writes ``seed-003/floors.json``: what the metrics say of real digits in the place of generated ones.

The studies of arms are recorded without a driver, which would measure it; it is measured once for both of them, since
they have the same data and the same protocol::

    python analysis/measure_floors.py --data-dir DIR
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch

from gansearch.metrics.evaluator import Evaluator
from gansearch.metrics.noise_floor import noise_floors
from gansearch.metrics.views import views
from gansearch.reporting.experiments.floors import write_floors
from gansearch.space import load_space
from gansearch.space.configuration import resolve
from gansearch.storage.home import cache_dir

SPACE = "seed_003/all"
REPEATS = 10
"""Draws; a study makes 3, of which a standard deviation is a rough one."""
FILE = Path(__file__).parent / "seed-003" / "floors.json"


def main() -> int:
    """Measure the floors of every metric of the end, and write them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, help="where the data sets are")
    data_dir = parser.parse_args().data_dir
    torch.set_num_threads(1)  # as a trial does, so that equal samples have equal values
    data = resolve(dict(load_space(SPACE).arms[0].settings)).dataset.load(data_dir)
    cache = cache_dir()
    evaluator = Evaluator(data, views(data, cache), cache_dir=cache)
    print(write_floors(noise_floors(evaluator, "end", REPEATS), FILE))
    return 0


if __name__ == "__main__":
    sys.exit(main())
