"""Kills drivers and workers of one study after the other: ``python tests/faults/soak.py --kills 100 --seed 1``.

Every study is checked. Prints how it gets on and what came of it. Exit status 1 where anything was lost, and the folder
is then kept.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

KILLS_A_ROUND = 6


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the soak; the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=None, help="a new temporary one unless given")
    given = parser.parse_args(arguments)
    folder = given.folder or Path(tempfile.mkdtemp(prefix="gansearch-soak-"))
    os.environ["GANSEARCH_HOME"] = str(folder / "home")
    problems = soak(given.kills, given.seed, folder)
    if problems:
        say(f"FAILED; everything is in {folder}")
        return 1
    if given.folder is None:
        shutil.rmtree(folder)
    return 0


def soak(kills: int, seed: int, folder: Path) -> tuple[str, ...]:
    """Disturb studies by turns until there have been ``kills`` kills; everything that should not be."""
    from tests.faults.rounds import Round
    from tests.faults.searches import GRID, TPE
    from tests.faults.verdict import Verdict

    undisturbed = Round(GRID, "undisturbed", "local", folder / "undisturbed", say)
    undisturbed.undisturbed()
    kinds = [("tpe", TPE, "ray_tune"), ("grid", GRID, "ray_tune"), ("tpe", TPE, "local"), ("grid", GRID, "local")]
    total, number = Verdict(), 0
    while total.kills < kills:
        kind, search, executor = kinds[number % len(kinds)]
        name = f"{kind}-{executor.removesuffix('_tune')}-{number}"
        twin = "undisturbed" if search is GRID else None
        one = Round(search, name, executor, folder / name, say, twin, limit_s=1800.0)
        verdict = one.run(max(2, min(KILLS_A_ROUND, kills - total.kills)), random.Random(1000 * seed + number))
        for problem in verdict.problems:
            say(f"{name}: PROBLEM: {problem}")
        total, number = total + verdict, number + 1
        say(f"{name}: {verdict}")
        say(f"so far: {total}")
    return total.problems


def say(text: str) -> None:
    """One line with the time."""
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stdout.flush()


def find_tests() -> None:
    """Let ``tests`` be the folder above: among the installed packages there may be one of that name."""
    ours = ModuleType("tests")
    ours.__path__ = [str(Path(__file__).resolve().parents[1])]
    sys.modules["tests"] = ours


if __name__ == "__main__":
    import torch

    find_tests()
    torch.set_num_threads(1)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that nothing is left running
    sys.exit(main())
