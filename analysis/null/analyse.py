"""Writes ``findings.md`` and ``findings.html``: how often verdicts on arms are wrong where there is no effect.

The runs of two configurations are recorded by the commands that follow, as often as needed; what
``data/part-*.parquet`` holds is not trained again. Stored runs of the other studies are relabelled beside them::

    gansearch detectors record null --out analysis/null/data
    gansearch detectors record null_ring --out analysis/null/data
    python analysis/null/analyse.py
"""

from __future__ import annotations

import sys
from pathlib import Path

from gansearch.curves.corpus import CorpusRun
from gansearch.curves.corpus_files import read_corpus
from gansearch.reporting.nulls.findings import null_findings
from gansearch.reporting.nulls.page import write_page
from gansearch.space import load_space

FOLDER = Path(__file__).parent
SPACES = ("null", "null_ring")
STUDIES = ("null", "seed-003", "tricks", "detectors")
"""Folders beside this one whose runs are relabelled, as far as they are there."""


def main() -> int:
    """Relabel, judge and plant with the runs that are there, and write the page."""
    print(write_page(null_findings([load_space(name) for name in SPACES], stored()), FOLDER))
    return 0


def stored() -> list[CorpusRun]:
    """The runs of all studies."""
    folders = [FOLDER.parent / name / "data" for name in STUDIES]
    return [run for folder in folders if any(folder.glob("part-*.parquet")) for run in read_corpus(folder)]


if __name__ == "__main__":
    sys.exit(main())
