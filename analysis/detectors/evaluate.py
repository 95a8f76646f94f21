"""How often the detectors are right: writes findings.md, figures and tables from the recorded runs in ``data``.

It takes some minutes, for the thresholds that it moves and tunes::

    python analysis/detectors/evaluate.py
"""

from __future__ import annotations

from pathlib import Path

from gansearch.curves.corpus_files import read_corpus
from gansearch.reporting.calibration.assessment import Plan, assess, default_policy
from gansearch.reporting.calibration.files import write_page
from gansearch.reporting.calibration.splits import Part

FOLDER = Path(__file__).parent
TUNED_ON: Part | None = None
"""What the default thresholds were tuned on, as ``Part(datasets=("ring",))``; such runs say nothing of the defaults."""


def main() -> None:
    """Measure the default policy and write the page."""
    found = assess(read_corpus(FOLDER / "data"), default_policy(), Plan(tuned_on=TUNED_ON))
    print(write_page(found, FOLDER))


if __name__ == "__main__":
    main()
