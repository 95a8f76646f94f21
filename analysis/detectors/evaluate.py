"""How often the detectors are right: writes findings.md, figures and tables from the recorded runs in ``data``.

``findings.md`` is about the runs that thresholds were not tuned on; ``all_runs/findings.md`` about all of them.

It takes some minutes, for the thresholds that it moves and tunes::

    python analysis/detectors/evaluate.py
"""

from __future__ import annotations

from pathlib import Path

from gansearch.curves.corpus_files import read_corpus
from gansearch.reporting.calibration.assessment import Plan, assess, default_policy
from gansearch.reporting.calibration.files import write_page
from gansearch.reporting.calibration.splits import Part
from gansearch.reporting.calibration.walks import Walks

FOLDER = Path(__file__).parent
TUNED_ON = Part(datasets=("ring", "grid"))
"""What the default thresholds were tuned on; such runs say nothing of the defaults."""


def main() -> None:
    """Measure the default policy and write the pages."""
    runs, walks = read_corpus(FOLDER / "data"), Walks()
    for leaves_out, folder in ((True, FOLDER), (False, FOLDER / "all_runs")):
        found = assess(runs, default_policy(), Plan(tuned_on=TUNED_ON, leaves_tuned_out=leaves_out), walks)
        print(write_page(found, folder))


if __name__ == "__main__":
    main()
