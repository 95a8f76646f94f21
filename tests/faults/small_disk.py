"""Real file systems in memory that can be filled up, or made read-only: mounted as root, or in a user namespace."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PAGE = 4096
FILLING = "filling"


@dataclass(frozen=True)
class SmallDisk:
    """A mounted file system.

    It is at ``path`` for this process. Where only a user namespace may mount, that is a path through ``/proc`` into
    the namespace of the process ``holder``.
    """

    path: Path
    mounted: Path
    """Where the namespace that mounted it has it."""
    holder: int | None

    @property
    def free(self) -> int:
        """Bytes left."""
        found = os.statvfs(self.path)
        return found.f_bavail * found.f_frsize

    def fill(self, left: int = 0) -> None:
        """Leave ``left`` bytes, in whole pages."""
        with (self.path / FILLING).open("ab", buffering=0) as file:
            while self.free - left >= PAGE:
                file.write(bytes(PAGE))

    def drain(self) -> None:
        """Free what ``fill`` took."""
        (self.path / FILLING).unlink()

    def set_writable(self, is_writable: bool) -> None:
        """Mount it anew, for reading and writing or for reading only."""
        entered = (
            () if self.holder is None else ("nsenter", "-t", str(self.holder), "-U", "-m", "--preserve-credentials")
        )
        how = "rw" if is_writable else "ro"
        subprocess.run([*entered, "mount", "-o", f"remount,{how}", str(self.mounted)], check=True, capture_output=True)


class NoSmallDiskError(Exception):
    """This machine lets nobody mount anything; the message says what was tried."""


@contextmanager
def small_disk(path: Path, size: int) -> Iterator[SmallDisk]:
    """A file system of ``size`` bytes at ``path``, an empty folder or one to be made.

    Raises:
        NoSmallDiskError: where it cannot be had.
    """
    path.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path)]
    direct = subprocess.run(mount, check=False, capture_output=True, text=True)
    if direct.returncode == 0:
        try:
            yield SmallDisk(path, path, None)
        finally:
            subprocess.run(["umount", "--lazy", str(path)], check=True, capture_output=True)
        return
    with _namespace(mount, direct.stderr) as holder:
        yield SmallDisk(Path(f"/proc/{holder}/root") / path.relative_to("/"), path, holder)


@contextmanager
def _namespace(mount: list[str], refusal: str) -> Iterator[int]:
    """A process in a user namespace of its own, in which the file system is mounted; ends with it."""
    script = f"{' '.join(mount)} && echo mounted && exec {sys.executable} -c 'import sys; sys.stdin.read()'"
    try:
        holder = subprocess.Popen(
            ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    except OSError as error:
        raise NoSmallDiskError(f"mount: {refusal.strip()}; unshare: {error}") from error
    with holder:
        assert holder.stdout is not None
        if holder.stdout.readline() != "mounted\n":
            _, said = holder.communicate()
            raise NoSmallDiskError(f"mount: {refusal.strip()}; unshare: {said.strip()}")
        try:
            yield holder.pid
        finally:
            holder.kill()
