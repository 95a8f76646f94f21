"""What a report of 500 runs x 100 evaluations takes, in time and memory: ``python -m benchmarks.report_speed``.

The study is written once into ``--folder`` (or a temporary one), in the form of real records; each report is made by a
process of its own, on one thread.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.command_line import parser
from benchmarks.report import Report
from benchmarks.reported_study import STUDY, Size, make_study
from benchmarks.table import Row
from gansearch.storage import Storage

TABLE: Final = "a report"
NOTE: Final = (
    "CPU and wall seconds of the whole process, imports included, and the most memory that it held. Steps: generator\n"
    "updates of an epoch; 39 are mnist5k's at batches of 128, 469 MNIST's. Bound: 20 s of CPU and 1.5 GB, at 39 steps."
)
MOST_S: Final = 20.0
MOST_GB: Final = 1.5
STEPS: Final = (39, 469)
QUICK: Final = Size(runs=12, evaluations=3, steps=10)
CODE: Final = """
import json, resource, sys, time
from gansearch.reporting import write_report
from gansearch.storage import Storage
imported = time.process_time()
write_report(sys.argv[1], Storage(sys.argv[2]))
after = time.process_time()
most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"cpu": after, "report": after - imported, "kb": most}))
"""


def measure(size: Size, folder: Path) -> Row:
    """Make the study where it is not there yet, and its report in a fresh process."""
    storage = Storage(folder)
    if not storage.exists("space.yaml"):
        make_study(size, storage)
    since = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", CODE, STUDY, str(folder)],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    wall_s = time.perf_counter() - since
    found = json.loads(done.stdout.splitlines()[-1])
    gigabytes = found["kb"] / 1e6
    return {
        "runs": size.runs,
        "evaluations": size.evaluations,
        "steps": size.steps,
        "CPU s": found["cpu"],
        "without imports": found["report"],
        "wall s": wall_s,
        "GB": gigabytes,
        "holds": found["cpu"] <= MOST_S and gigabytes <= MOST_GB if size.steps == STEPS[0] else None,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write the figures."""
    command = parser(__doc__, "--json")
    command.add_argument("--folder", type=Path, metavar="DIR", help="keeps the studies, so that they are made once")
    options = command.parse_args(arguments)
    sizes = [QUICK] if options.quick else [Size(steps=steps) for steps in STEPS]
    report = Report("report_speed", options.path, options.quick)
    with tempfile.TemporaryDirectory(prefix="gansearch-report-") as temporary:
        folder = options.folder or Path(temporary)
        for size in sizes:
            report.add(TABLE, measure(size, folder / f"{size.runs}x{size.evaluations}x{size.steps}"), note=NOTE)
    report.show(TABLE)


if __name__ == "__main__":
    main()
