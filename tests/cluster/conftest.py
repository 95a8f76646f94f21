"""A cluster for each test: this process sees studies as its head machine does, within the homes that a test has."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cluster.cluster import Cluster
from tests.cluster.scenarios import NODES

Say = Callable[[str], None]


@pytest.fixture(scope="session")
def say(request: pytest.FixtureRequest) -> Say:
    """Prints past pytest's capture: what was killed, and what came of it, is to be read."""
    capture = request.config.pluginmanager.getplugin("capturemanager")

    def told(text: str) -> None:
        with capture.global_and_fixture_disabled():
            sys.stdout.write(f"\n  {text}")
            sys.stdout.flush()

    return told


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that PostgreSQL's account may pass through, as it may not through a test's own."""
    made = Path(tempfile.mkdtemp(prefix="gsc-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def cluster(folder: Path, say: Say) -> Iterator[Cluster]:
    """Up, with all its nodes."""
    with Cluster(folder / "cluster", NODES, say) as cluster:
        yield cluster
