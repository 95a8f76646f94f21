"""Nodes and the driver of a real cluster are killed at random moments: nothing is lost, nothing is twice."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cluster.cluster import Cluster
from tests.cluster.disturbed import Disturbed
from tests.cluster.scenarios import TRIALS, nodes_and_driver

pytestmark = [pytest.mark.verify, pytest.mark.timeout(1800)]


def test_a_search_survives_the_kill_of_two_nodes_and_its_driver(
    cluster: Cluster, folder: Path, say: Callable[[str], None]
) -> None:
    verdict = Disturbed(cluster, "rings", TRIALS, folder / "rings", say).run(nodes_and_driver, random.Random(1))
    say(str(verdict))
    assert not verdict.problems, "\n".join(verdict.problems)
    assert verdict.kills == 3
    assert verdict.attempts > verdict.trials
