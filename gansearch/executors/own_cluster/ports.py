"""Ports of this machine that nobody listens on."""

from __future__ import annotations

import json
import random
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from gansearch.errors import ExecutorError
from gansearch.executors.own_cluster.layout import LOOPBACK

RANGE = range(20_000, 32_000)
"""Below those that systems give to connections, which could take a port between its choice and its use."""
_ATTEMPTS = 2_000


def choose_ports(names: Sequence[str], remembered: Mapping[str, int]) -> dict[str, int]:
    """A free port for each of ``names``, no two the same; the remembered one where it is free.

    Raises:
        ExecutorError: where there are too few.
    """
    # The remembered ones first, so that none of them is drawn for another name.
    chosen = {name: remembered[name] for name in names if name in remembered and is_free(remembered[name])}
    for name in names:
        if name not in chosen:
            chosen[name] = _draw(name, set(chosen.values()) | set(remembered.values()))
    return chosen


def read_remembered(path: Path) -> dict[str, int]:
    """The ports of the last start; none where there was none, or the file is no such list: they are a preference."""
    with suppress(OSError, ValueError):
        found = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(found, dict):
            return {str(name): port for name, port in found.items() if type(port) is int and 1024 <= port < 65_536}
    return {}


def is_free(port: int) -> bool:
    """Whether nobody listens on ``port``, of any of this machine's addresses."""
    with socket.socket() as probe:
        # Connections of the last start that linger take nothing away.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True


def listens(port: int) -> bool:
    """Whether somebody accepts connections on ``port`` of loopback."""
    try:
        socket.create_connection((LOOPBACK, port), timeout=2).close()
    except OSError:
        return False
    return True


def _draw(name: str, taken: set[int]) -> int:
    draw = random.SystemRandom()
    for _ in range(_ATTEMPTS):
        port = draw.choice(RANGE)
        if port not in taken and is_free(port):
            return port
    raise ExecutorError(
        f"no free port for {name} on {LOOPBACK}: {_ATTEMPTS} of those from {RANGE.start} to {RANGE.stop - 1} were "
        "tried; end some of the programs that listen there"
    )
