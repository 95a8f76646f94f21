"""Nodes and the driver of a real cluster are killed at random moments: nothing is lost, nothing is twice."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cluster.cluster import Cluster
from tests.cluster.disturbed import Disturbed
from tests.cluster.scenarios import NODES, TRIALS, nodes_and_driver

pytestmark = [pytest.mark.verify, pytest.mark.timeout(1800)]

Say = Callable[[str], None]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Prints past pytest's capture: what was killed, and what came of it, is to be read."""

    def told(text: str) -> None:
        with capsys.disabled():
            print(f"\n  {text}", end="", flush=True)  # noqa: T201

    return told


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that PostgreSQL's account may pass through, as it may not through a test's own."""
    made = Path(tempfile.mkdtemp(prefix="gsc-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def test_a_search_survives_the_kill_of_two_nodes_and_its_driver(folder: Path, say: Say) -> None:
    with Cluster(folder / "cluster", NODES, say) as cluster:
        run = Disturbed(cluster, "rings", TRIALS, folder / "rings", say)
        verdict = run.run(nodes_and_driver, random.Random(1))
    say(str(verdict))
    assert not verdict.problems, "\n".join(verdict.problems)
    assert verdict.kills == 3
    assert verdict.attempts > verdict.trials
