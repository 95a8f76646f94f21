"""What the tests of search spaces share: a small valid space, and plug-ins whose facts conflict."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gansearch import plugins
from gansearch.space import SearchSpace, parse_space

HEAD = """\
name: small
dataset: {name: ring}
plan: {trials: 5, pruner: none}
"""

CONFLICTING = Path(__file__).parent / "conflicting_plugins.py"


@pytest.fixture
def read() -> Callable[[str], SearchSpace]:
    """Reads what stands below a small head of name, data set and plan."""

    def parse(body: str = "", head: str = HEAD) -> SearchSpace:
        return parse_space(head + body, "small.yaml")

    return parse


@pytest.fixture
def conflicting(no_plugin_files: None) -> None:
    """Plug-ins that conflict, known for one test alone."""
    plugins.load_file(CONFLICTING)
