"""Fences: once a newer attempt at a trial is announced, writers of older attempts are refused.

An attempt announces itself by creating ``fences/<identity>/<attempt>``. Names are only ever added, so two announcements
cannot undo each other, whatever their order. Attempt 0 needs no fence: nothing older exists.
"""

from __future__ import annotations

from typing import Protocol

from gansearch.errors import FencedError


class Store(Protocol):
    """What a fence needs of a store."""

    def write(self, path: str, content: bytes) -> None:
        """Create or replace a file."""
        ...

    def files(self, path: str) -> list[str]:
        """Every file below a path."""
        ...


def announce(store: Store, identity: str, attempt: int) -> None:
    """Refuse, from now on, every writer of an attempt older than ``attempt``.

    Raises:
        FencedError: where a newer attempt has been announced already.
    """
    check(store, identity, attempt)
    if attempt > 0:
        store.write(f"fences/{identity}/{attempt}", b"")


def check(store: Store, identity: str, attempt: int) -> None:
    """Whether ``attempt`` may still write.

    Raises:
        FencedError: where a newer attempt has been announced.
    """
    newest = max((int(path.rpartition("/")[2]) for path in store.files(f"fences/{identity}")), default=0)
    if newest > attempt:
        raise FencedError(f"attempt {attempt} at {identity} may write nothing more: attempt {newest} has replaced it")
