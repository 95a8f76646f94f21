"""Small processes in place of Ray, MLflow and PostgreSQL, and a cluster's folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gansearch.executors.own_cluster import processes
from gansearch.executors.own_cluster.layout import Layout, layout
from gansearch.executors.own_cluster.ports import choose_ports
from gansearch.executors.own_cluster.processes import Command

LISTENER = """
import signal, socket, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN if "stubborn" in sys.argv else signal.SIG_DFL)
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("listening", flush=True)
time.sleep(600)
"""

MakeCommand = Callable[..., Command]


@pytest.fixture(autouse=True)
def polled_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small processes are up and gone in no time."""
    monkeypatch.setattr(processes, "_POLL_S", 0.02)


@pytest.fixture
def folder(gansearch_home: Path) -> Layout:
    """The folder of a cluster that is not up."""
    found = layout()
    found.make()
    return found


@pytest.fixture
def command(folder: Layout) -> MakeCommand:
    """A part that listens, or runs the program given."""

    def make(name: str, program: str = LISTENER, *, port: int | None = None, stubborn: bool = False) -> Command:
        port = port or choose_ports([name], {})[name]
        run = [sys.executable, "-S", "-E", "-c", program, str(port), *(["stubborn"] if stubborn else [])]
        return Command(name, run, dict(os.environ), folder.folder, folder.log(name), port)

    return make
