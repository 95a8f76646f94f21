"""Writes ``findings.md`` and ``findings.html`` from recorded runs: which tricks help an MLP GAN, and which a DCGAN.

The runs are recorded by the commands that follow, as often as needed: what ``part-*.parquet`` holds is not trained
again::

    gansearch detectors record tricks/mlp --out analysis/tricks/data --samples
    gansearch detectors record tricks/dcgan --out analysis/tricks/dcgan/data --samples
    python analysis/tricks/analyse.py
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from gansearch.curves.corpus_files import read_corpus
from gansearch.records import NoiseFloor
from gansearch.reporting.experiments.floors import least_differences, read_floors
from gansearch.reporting.experiments.hypotheses import load_hypotheses
from gansearch.reporting.experiments.judging import JudgedHypothesis, judged
from gansearch.reporting.experiments.page import OtherPage, write_page
from gansearch.reporting.experiments.runs import Experiments, experiments
from gansearch.space import load_space

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent.parent
DCGAN = FOLDER / "dcgan"


def main() -> int:
    """Judge the hypotheses by what is there, and write both pages; the MLP's has the verdicts of the other too."""
    floors = read_floors(ROOT / "analysis" / "seed-003" / "floors.json")  # of the same data and protocol
    title = "Which tricks help a small DCGAN on 5,000 digits"
    study, found = judge("tricks/dcgan", "tricks_dcgan", DCGAN / "data", floors)
    print(write_page(title, study, found, DCGAN, floors))
    other = OtherPage(title, "dcgan/findings.md", found)
    study, found = judge("tricks/mlp", "tricks", FOLDER / "data", floors)
    print(write_page("Which tricks help an MLP GAN on 5,000 digits", study, found, FOLDER, floors, others=[other]))
    return 0


def judge(
    space: str, hypotheses: str, data: Path, floors: Sequence[NoiseFloor]
) -> tuple[Experiments, tuple[JudgedHypothesis, ...]]:
    """The plan's study as far as it is recorded, and its hypotheses judged."""
    study = experiments(load_space(space), read_corpus(data) if data.is_dir() else ())
    return study, judged(load_hypotheses(hypotheses), study, least_differences(floors))


if __name__ == "__main__":
    sys.exit(main())
