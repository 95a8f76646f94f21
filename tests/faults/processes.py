"""A driver and every process that comes of it, by what /proc says: to find workers, to kill, and to count what is left.

Ray's processes outlive a killed driver for seconds and have another parent then. So whoever has once been seen to be of
the family stays of it. A process is known by its number and the moment it began: numbers are used again.
"""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

PACK = "ray::ResourceTrainable"
"""How the name of a process begins that trains packs: Tune's name for a trainable with resources."""


@dataclass(frozen=True, order=True)
class Process:
    """One process of this machine, as it was when it was looked at."""

    pid: int
    began: int
    """Clock ticks since the machine started."""
    parent: int
    session: int


class Family:
    """The process ``root``, which leads a session of its own, and its descendants, so far as they were seen.

    The kernel gives no new process the number of a session that has members. So new ones are looked for only while one
    that is known runs; afterwards the numbers may be somebody else's.
    """

    def __init__(self, root: int) -> None:
        self._root = root
        first = process_of(root)
        self._seen: set[tuple[int, int]] = set() if first is None else {(first.pid, first.began)}

    def alive(self) -> list[Process]:
        """Those that run now; new ones are found by their parent or their session."""
        now = running()
        while ours := {each.pid for each in now if self._is_known(each)}:
            new = [each for each in now if not self._is_known(each) and self._belongs(each, ours)]
            if not new:
                return [each for each in now if each.pid in ours]
            self._seen |= {(each.pid, each.began) for each in new}
        return []

    def workers(self) -> list[int]:
        """Numbers of the processes that train packs now."""
        return sorted(each.pid for each in self.alive() if name_of(each.pid).startswith(PACK))

    def left_after(self, wait_s: float) -> list[str]:
        """Names of those that still run ``wait_s`` seconds from now; returns as soon as there are none."""
        deadline = time.monotonic() + wait_s
        while (left := self.alive()) and time.monotonic() < deadline:
            time.sleep(0.1)
        return [f"{each.pid} {name_of(each.pid)[:60]}" for each in left]

    def end(self) -> None:
        """Kill whoever is left."""
        while left := self.alive():
            for each in left:
                kill(each.pid)
            time.sleep(0.05)

    def _is_known(self, process: Process) -> bool:
        return (process.pid, process.began) in self._seen

    def _belongs(self, process: Process, ours: set[int]) -> bool:
        return process.parent in ours or process.session == self._root


def running() -> list[Process]:
    """Every process of this machine but those that have ended and wait for their parent to notice."""
    found = (process_of(int(entry.name)) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [each for each in found if each is not None]


def process_of(pid: int) -> Process | None:
    """What /proc says of a process; None where it has ended."""
    try:
        said = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return None if said[0] in "ZX" else Process(pid, int(said[19]), int(said[1]), int(said[3]))


def name_of(pid: int) -> str:
    """The command line of a process, empty where it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def kill(pid: int) -> bool:
    """``kill -9``; whether there was such a process."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
