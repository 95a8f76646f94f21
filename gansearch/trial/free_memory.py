"""How much memory this process can still take: on a GPU, or of the machine and of the control groups that bind it.

Source: the Linux manual, proc_meminfo(5) and the kernel's documentation of control groups, versions 1 and 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple

import torch

_KIB: Final = 1024
_SYSTEM: Final = Path("/")


class _Version(NamedTuple):
    """Where a version of control groups keeps its numbers."""

    mount: str
    limit: str
    usage: str
    reclaimable: str
    """The line of ``memory.stat`` that counts cached files, which are given up when memory is short."""


_V1: Final = _Version("sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
_V2: Final = _Version("sys/fs/cgroup", "memory.max", "memory.current", "inactive_file")


def free_memory(device: str, share: float = 1.0, *, root: Path = _SYSTEM) -> int | None:
    """Bytes that can still be allocated on ``device``; None where the system does not say.

    Args:
        device: as torch names it.
        share: of the whole device that this process may use, in (0, 1]; of CUDA devices alone.
        root: where ``proc`` and ``sys`` lie.
    """
    if torch.device(device).type == "cuda":
        free, total = torch.cuda.mem_get_info(device)
        mine = int(share * total) - torch.cuda.memory_allocated(device)
        # What torch has cached and does not use is free to it, though the device counts it as taken.
        cached = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return max(0, min(free + cached, mine))
    found = [*_of_machine(root), *_of_groups(root)]
    return min(found) if found else None


def _of_machine(root: Path) -> Iterator[int]:
    path = root / "proc/meminfo"
    if path.is_file():
        for line in path.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                yield int(line.split()[1]) * _KIB


def _of_groups(root: Path) -> Iterator[int]:
    """What is left of the limit of each group that holds this process, and of each group above it."""
    path = root / "proc/self/cgroup"
    if not path.is_file():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        number, controllers, group = line.split(":", 2)
        if number == "0" or "memory" in controllers.split(","):
            yield from _within(root, _V2 if number == "0" else _V1, group)


def _within(root: Path, version: _Version, group: str) -> Iterator[int]:
    within = PurePosixPath(group.lstrip("/"))
    # Seen from within a container the group's own path may not be there; its limit then stands at the top.
    for folder in {root / version.mount / each for each in (within, *within.parents)}:
        limit = _number(folder / version.limit)
        usage = _number(folder / version.usage)
        if limit is not None and usage is not None:
            yield max(0, limit - usage + _reclaimable(folder / "memory.stat", version.reclaimable))


def _number(path: Path) -> int | None:
    """The number in a file; None where there is no file, or it says ``max``."""
    text = path.read_text(encoding="ascii").strip() if path.is_file() else ""
    return int(text) if text.isdigit() else None


def _reclaimable(path: Path, name: str) -> int:
    for line in path.read_text(encoding="ascii").splitlines() if path.is_file() else ():
        key, _, value = line.partition(" ")
        if key == name:
            return int(value)
    return 0
