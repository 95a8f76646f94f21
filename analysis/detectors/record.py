"""Records the corpus that detectors are calibrated on: the four spaces of ``search_spaces/corpus``, into ``data/``.

It takes hours, so it can be stopped at any time (Ctrl-C once) and goes on when it is started again: what is finished is
kept in ``data/part-*.parquet``, what is begun under ``GANSEARCH_HOME``. For more runs, give more ``--trials``::

    python analysis/detectors/record.py --processes 2 --hours 6
    python analysis/detectors/record.py --trials 256
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from gansearch.trial.interrupt import interruptible

FOLDER = Path(__file__).parent
SPACES = ("ring", "grid", "mnist5k_mlp", "mnist5k_dcgan")
WHOLE = ("ring",)
"""Spaces of which every run is recorded: a complete grid."""
INTERRUPTED = 130
POLL_S = 1.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Record space by space, several at a time; 0 where all went well."""
    options = parsed(arguments)
    began = time.monotonic()
    waiting = list(options.space or SPACES)
    running: dict[str, subprocess.Popen[bytes]] = {}
    ended: dict[str, int] = {}
    with interruptible(lambda: told("stopping: every recorder writes what is finished")) as asked:
        is_told = False
        while waiting or running:
            while waiting and len(running) < options.processes and not asked.asked:
                name = waiting.pop(0)
                running[name] = started(name, options, time.monotonic() - began)
            if asked.asked and not is_told:
                is_told, waiting = True, []
                for process in running.values():
                    process.send_signal(signal.SIGINT)
            for name in [name for name, process in running.items() if process.poll() is not None]:
                ended[name] = running.pop(name).returncode
                told(f"{name}: ended with status {ended[name]}")
            time.sleep(POLL_S)
    return INTERRUPTED if asked.asked else max(ended.values(), default=0)


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--space", action="append", choices=SPACES, help="may be given several times; else all")
    parser.add_argument("--trials", type=int, default=60, help="runs of each space but the complete grid")
    parser.add_argument("--processes", type=int, default=1, help="spaces that are recorded side by side")
    parser.add_argument("--hours", type=float, help="stop after so long")
    parser.add_argument("--every-minutes", type=float, default=20, help="between two parts of a space")
    parser.add_argument("--out", type=Path, default=FOLDER / "data", help="folder of the corpus")
    return parser.parse_args(arguments)


def started(name: str, options: argparse.Namespace, elapsed_s: float) -> subprocess.Popen[bytes]:
    """A recorder of one space. It has a session of its own, so that a terminal's Ctrl-C reaches it once, through us."""
    command = [sys.executable, "-m", "gansearch.cli", "detectors", "record", f"corpus/{name}"]
    command += ["--out", str(options.out), "--every-minutes", str(options.every_minutes)]
    if name not in WHOLE:
        command += ["--trials", str(options.trials)]
    if options.hours is not None:
        command += ["--hours", str(max(0.0, options.hours - elapsed_s / 3600))]
    told(f"{name}: {' '.join(command[2:])}")
    return subprocess.Popen(command, start_new_session=True)


def told(sentence: str) -> None:
    """Say a sentence, at once."""
    print(sentence, flush=True)


if __name__ == "__main__":
    sys.exit(main())
