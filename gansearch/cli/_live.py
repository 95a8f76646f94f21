"""Shows a study while it runs: a live table on a terminal, a plain line now and then when the output is piped.

Everything goes to stderr, so that stdout holds only the summary.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TextIO

from gansearch.cli._progress import Progress, line, progress, rows

if TYPE_CHECKING:
    from rich.live import Live
    from rich.table import Table

    from gansearch.study import StudyStatus

LINE_EVERY_S = 30.0
"""Seconds between two plain lines of a study in which nothing has ended."""


class Display(Protocol):
    """What a launch tells while it runs."""

    def watch(self, status: StudyStatus) -> None:
        """Show the study's status."""
        ...

    def say(self, sentence: str) -> None:
        """Show a sentence."""
        ...


@contextmanager
def shown(stream: TextIO | None = None) -> Iterator[Display]:
    """A display on ``stream``, stderr by default, that fits what it is."""
    stream = stream or sys.stderr
    if not stream.isatty():
        yield Lines(stream)
        return
    from rich.console import Console
    from rich.live import Live

    with Live(console=Console(file=stream), refresh_per_second=2, transient=True) as live:
        yield LiveTable(live)


class Lines:
    """One line where a trial has ended, and at least one every half minute.

    Args:
        stream: takes the lines.
        every_s: seconds between two lines when no trial ends.
    """

    def __init__(self, stream: TextIO, every_s: float = LINE_EVERY_S) -> None:
        self._stream = stream
        self._every_s = every_s
        self._written = float("-inf")
        self._ended: int | None = None

    def watch(self, status: StudyStatus) -> None:
        """Write a line if there is something new, or if it is time."""
        seen = progress(status)
        now = time.monotonic()
        if seen.ended != self._ended or now - self._written >= self._every_s:
            self._ended, self._written = seen.ended, now
            self.say(line(seen))

    def say(self, sentence: str) -> None:
        """Write a line."""
        self._stream.write(f"{sentence}\n")
        self._stream.flush()


class LiveTable:
    """A table that is drawn anew in place.

    Args:
        live: rich's running display.
    """

    def __init__(self, live: Live) -> None:
        self._live = live

    def watch(self, status: StudyStatus) -> None:
        """Draw the table anew."""
        self._live.update(table(progress(status)))

    def say(self, sentence: str) -> None:
        """Write a line above the table."""
        self._live.console.print(sentence, markup=False, highlight=False)


def table(seen: Progress) -> Table:
    """A study as a table of a few rows."""
    from rich.table import Table

    drawn = Table(title=seen.name, title_justify="left", show_header=False, box=None, padding=(0, 2, 0, 0))
    for label, text in rows(seen):
        drawn.add_row(label, text)
    return drawn
