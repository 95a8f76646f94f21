"""Which process is meant: its pid together with its start, so that a pid that was given anew is never taken for it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")


@dataclass(frozen=True, order=True)
class Identity:
    """A process of this boot of the machine."""

    pid: int
    started: int
    """When it was started, in ticks of the system's clock since the machine's boot."""


@dataclass(frozen=True)
class _Row:
    """What the system says of a process that runs."""

    parent: int
    session: int
    started: int


def boot() -> str:
    """Tells apart the machine's boots and process namespaces: identities compare within one only."""
    said = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return f"{said}/{(_PROC / 'self/ns/pid').stat().st_ino}"


def identity(pid: int) -> Identity | None:
    """That of a running process; None where there is none, or it has ended and waits for its parent to notice."""
    row = _row(pid)
    return None if row is None else Identity(pid, row.started)


def is_alive(process: Identity) -> bool:
    """Whether exactly this process runs."""
    return identity(process.pid) == process


def send(process: Identity, number: signal.Signals) -> None:
    """Send a signal to exactly this process, or to none: the handle stands for one process, whatever pids do."""
    with suppress(ProcessLookupError):
        handle = os.pidfd_open(process.pid)
        try:
            if is_alive(process):
                signal.pidfd_send_signal(handle, number)
        finally:
            os.close(handle)


def family(roots: Iterable[Identity]) -> set[Identity]:
    """Those of ``roots`` that run, everyone in the sessions that they lead or led, and all their descendants.

    A session is told by the pid of the process that leads it. It is the one meant as long as one of ``roots`` is in it,
    since the system gives no pid anew that names a session.
    """
    table = {pid: row for pid in _pids() if (row := _row(pid)) is not None}
    roots = list(roots)
    ours = {root.pid for root in roots if root.pid in table and table[root.pid].started == root.started}
    sessions = {table[pid].session for pid in ours} & {root.pid for root in roots}
    ours |= {pid for pid, row in table.items() if row.session in sessions}
    while more := {pid for pid, row in table.items() if row.parent in ours} - ours:
        ours |= more
    return {Identity(pid, table[pid].started) for pid in ours}


def _pids() -> list[int]:
    return [int(entry) for entry in os.listdir(_PROC) if entry.isdigit()]  # noqa: PTH208 - a path for each costs more


def _row(pid: int) -> _Row | None:
    try:
        said = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = said.rpartition(")")[2].split()  # the name before it may hold blanks and brackets
    return None if fields[0] in "ZX" else _Row(int(fields[1]), int(fields[3]), int(fields[19]))
