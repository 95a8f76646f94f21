"""What a driver writes about itself into the study's storage, and whether it is alive."""

from __future__ import annotations

import getpass
import os
import platform
import socket
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

DEAD_AFTER_S = 60.0
"""A holder that has not written for so long counts as dead. Clocks of drivers must agree to well within it."""


class Claim(StrEnum):
    """How far a driver's claim to a study has come."""

    CLAIMING = "claiming"
    HELD = "held"
    RELEASED = "released"


@dataclass(frozen=True)
class LeaseRecord:
    """One driver's claim; it stays in the storage after its release, with the time that the launch took."""

    token: str
    """Tells launches apart."""
    claim: Claim
    holder: str
    """``user@host``."""
    pid: int
    machine: str
    """Tells apart machines, their boots and process namespaces: pids compare within one only."""
    beat: float
    """When it was last written, unix seconds."""
    active_s: float = 0.0
    """How long the launch has lasted."""

    def is_alive(self, now: float) -> bool:
        """Whether its driver may still be at work."""
        if self.claim is Claim.RELEASED or now - self.beat > DEAD_AFTER_S:
            return False
        return self.machine != this_machine() or _process_exists(self.pid)


def new_record(token: str, now: float) -> LeaseRecord:
    """This process's claim."""
    return LeaseRecord(token, Claim.CLAIMING, f"{_user()}@{socket.gethostname()}", os.getpid(), this_machine(), now)


@cache
def this_machine() -> str:
    """This machine, boot and process namespace."""
    parts = [platform.node()]
    boot, namespace = Path("/proc/sys/kernel/random/boot_id"), Path("/proc/self/ns/pid")
    if boot.exists() and namespace.exists():
        parts += [boot.read_text(encoding="ascii").strip(), str(namespace.stat().st_ino)]
    return "/".join(parts)


def _process_exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    """Whether the process has ended and only waits for its parent to notice."""
    said = Path(f"/proc/{pid}/stat")
    try:
        return said.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return False


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
