"""What a script prints, kept in the study instead of going to the terminal: the beginning and the end of it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

HEAD: Final = 200_000
"""Characters at the beginning that are kept."""
TAIL: Final = 200_000
"""Characters at the end that are kept."""


class ScriptLog:
    """Text up to a bound; what lies between its beginning and its end is left out.

    Args:
        before: what earlier attempts at the trial have printed.
    """

    def __init__(self, before: str = "") -> None:
        self._head = before[:HEAD]
        self._tail = before[HEAD:]
        self._left_out = 0
        self._lock = threading.Lock()

    def write(self, text: str) -> None:
        """Take more."""
        with self._lock:
            room = max(0, HEAD - len(self._head)) if not self._tail else 0
            self._head += text[:room]
            self._tail += text[room:]
            if len(self._tail) > 2 * TAIL:
                self._cut()

    def text(self) -> str:
        """All that is kept."""
        with self._lock:
            if len(self._tail) > TAIL:
                self._cut()
            gap = f"\n[{self._left_out:,} characters left out]\n" if self._left_out else ""
            return f"{self._head}{gap}{self._tail}"

    def _cut(self) -> None:
        self._left_out += len(self._tail) - TAIL
        self._tail = self._tail[-TAIL:]


class _ThreadOutput:
    """An output stream that sends what one thread writes to a log, and all else to where it went before."""

    def __init__(self, stream: Any, log: ScriptLog, thread: int) -> None:
        self._stream = stream
        self._log = log
        self._thread = thread

    def write(self, text: str) -> int:
        if threading.get_ident() != self._thread:
            written: int = self._stream.write(text)
            return written
        self._log.write(text)
        return len(text)

    def flush(self) -> None:
        if threading.get_ident() != self._thread:
            self._stream.flush()

    def isatty(self) -> bool:
        return threading.get_ident() != self._thread and bool(self._stream.isatty())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def logged(log: ScriptLog) -> Iterator[None]:
    """Keep what this thread prints; other threads print as before."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (_ThreadOutput(stream, log, threading.get_ident()) for stream in before)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
