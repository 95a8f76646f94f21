"""Tells how a run over a list gets on: one line every few seconds, and a summary at its end."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TextIO

from gansearch.records import End, LaneReport, TrialEnd, TrialIdentity
from gansearch.trial.standing import Standing

FAILURES = (End.FAILED, End.OUT_OF_MEMORY)
LINE_EVERY_S = 10.0
"""Seconds between two lines."""


class ListProgress:
    """Counts what a run reports.

    Args:
        total: trials of the list.
        before: how they stood when the run began.
        stream: takes the lines; None for no lines.
        every_s: seconds between two lines.
    """

    def __init__(
        self,
        total: int,
        before: Mapping[TrialIdentity, Standing],
        stream: TextIO | None = None,
        every_s: float = LINE_EVERY_S,
    ) -> None:
        self._total = total
        self._stream = stream
        self._every_s = every_s
        self._epochs = {identity: each.epoch for identity, each in before.items()}
        self._ends = {identity: each.end.end for identity, each in before.items() if each.end is not None}
        self._trained = 0
        self._began = self._written = time.monotonic()

    def watch(self, reports: Sequence[LaneReport]) -> None:
        """Take the reports of a pack; write a line where it is time."""
        for report in reports:
            self._trained += max(0, report.epoch - self._epochs.get(report.identity, 0))
            self._epochs[report.identity] = report.epoch
            if report.end is not None:
                self._ended(report.identity, report.end)
        now = time.monotonic()
        if self._stream is not None and now - self._written >= self._every_s:
            self._written = now
            _write(self._stream, self.line())

    def line(self) -> str:
        """``7 of 20 trials ended (6 completed, 1 diverged); 12.3 epochs/s, 41 s``."""
        seconds = time.monotonic() - self._began
        return f"{self._counts()}; {self._trained / max(seconds, 1e-9):.3g} epochs/s, {seconds:.0f} s"

    def _ended(self, identity: TrialIdentity, end: TrialEnd) -> None:
        self._ends[identity] = end.end
        if self._stream is not None and end.end in FAILURES:
            _write(self._stream, f"{identity}: {end.end}: {end.reason}")

    def _counts(self) -> str:
        over = Counter(str(end) for end in self._ends.values() if end.is_final)
        resting = len(self._ends) - over.total()
        words = ", ".join(f"{count} {word}" for word, count in sorted(over.items()))
        said = f"{over.total()} of {self._total} trials ended" + (f" ({words})" if words else "")
        return f"{said}, {resting} at rest" if resting else said


def say(sentence: str) -> None:
    """Write a line to stderr."""
    _write(sys.stderr, sentence)


def _write(stream: TextIO, line: str) -> None:
    stream.write(f"{line}\n")
    stream.flush()
