"""Writes ``findings.md`` and ``findings.html`` from the recorded runs: which claims of seed 003 hold.

The runs are recorded by the commands that follow, side by side and as often as needed: what ``data/part-*.parquet``
holds is not trained again::

    gansearch detectors record seed_003/all --out analysis/seed-003/data --samples --share 1/2
    gansearch detectors record seed_003/all --out analysis/seed-003/data --samples --share 2/2
    python analysis/seed-003/analyse.py

``floors.json`` holds the noise of the metrics by the protocol of these runs; ``analysis/measure_floors.py`` wrote it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from gansearch.curves.corpus_files import read_corpus
from gansearch.reporting.experiments.floors import least_differences, read_floors
from gansearch.reporting.experiments.hypotheses import load_hypotheses
from gansearch.reporting.experiments.judging import judged
from gansearch.reporting.experiments.page import write_page
from gansearch.reporting.experiments.runs import experiments
from gansearch.space import load_space

FOLDER = Path(__file__).parent


def main() -> int:
    """Judge the hypotheses by what is there, and write the page."""
    study = experiments(load_space("seed_003/all"), read_corpus(FOLDER / "data"))
    floors = read_floors(FOLDER / "floors.json")
    found = judged(load_hypotheses("seed_003"), study, least_differences(floors))
    print(write_page("Which claims of seed 003 hold", study, found, FOLDER, floors))
    return 0


if __name__ == "__main__":
    sys.exit(main())
