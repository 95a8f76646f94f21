"""Disturbs searches on a cluster: ``python tests/cluster/soak.py --seeds 10``, ``--scenario NAME`` or ``all``.

Says how it gets on, and prints one line for each search. Exit status 1 where anything was lost, and the folder is then
kept.
"""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the scenarios; the exit status."""
    from tests.cluster.scenarios import SCENARIOS

    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--scenario", choices=[*SCENARIOS, "all"], default=next(iter(SCENARIOS)))
    parser.add_argument("--seed", type=int, default=1, help="the first one")
    parser.add_argument("--seeds", type=int, default=1, help="how many")
    parser.add_argument("--database", choices=["auto", "postgresql", "sqlite"], default="auto")
    given = parser.parse_args(arguments)
    names = list(SCENARIOS) if given.scenario == "all" else [given.scenario]
    folder = Path(tempfile.mkdtemp(prefix="gsc-"))
    folder.chmod(0o755)  # PostgreSQL's account must come to its data
    problems = soak(names, range(given.seed, given.seed + given.seeds), folder, given.database)
    if problems:
        say(f"FAILED; everything is in {folder}")
        return 1
    shutil.rmtree(folder)
    return 0


def soak(names: Sequence[str], seeds: Sequence[int], folder: Path, database: str) -> tuple[str, ...]:
    """Run each scenario with each seed, one after the other on one cluster; everything that should not be."""
    from gansearch.executors.own_cluster.databases import Wish
    from tests.cluster.cluster import Cluster
    from tests.cluster.disturbed import Disturbed
    from tests.cluster.scenarios import NODES, SCENARIOS, trials_of
    from tests.faults.verdict import Verdict

    total = Verdict()
    with Cluster(folder / "cluster", NODES, say, Wish(database)) as cluster:
        for seed in seeds:
            for name in names:
                while len(cluster.workers) < NODES:
                    cluster.add_worker()
                study = f"{name}-{seed}"
                run = Disturbed(cluster, study, trials_of(name), folder / study, say)
                verdict = run.run(SCENARIOS[name], random.Random(seed))
                for problem in verdict.problems:
                    say(f"{study}: PROBLEM: {problem}")
                say(f"{study}:")
                sys.stdout.write(f"{verdict}\n")
                total += verdict
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
