"""Ctrl-C and SIGTERM: the first asks for a clean end, the second ends at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupt:
    """Whether the user asked for the end."""

    def __init__(self) -> None:
        self._asked = threading.Event()

    @property
    def asked(self) -> bool:
        """Whether a first signal has come."""
        return self._asked.is_set()

    def ask(self) -> None:
        """Ask for a clean end, as the first Ctrl-C does."""
        self._asked.set()


@contextmanager
def interruptible(on_first: Callable[[], None]) -> Iterator[Interrupt]:
    """Catch the first SIGINT or SIGTERM; raise KeyboardInterrupt at the second.

    Outside the main thread, where Python allows no signal handlers, it catches nothing.

    Args:
        on_first: called within the handler of the first signal, to tell the user what happens now.
    """
    interrupt = Interrupt()

    def handle(*_: object) -> None:
        if interrupt.asked:
            raise KeyboardInterrupt
        interrupt.ask()
        on_first()

    if threading.current_thread() is not threading.main_thread():
        yield interrupt
        return
    before = {number: signal.signal(number, handle) for number in SIGNALS}
    try:
        yield interrupt
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
