"""Tells a webhook how a launch stands: JSON that Slack and Mattermost show as a sentence, and programs can read.

What could not be delivered is said once, at the end.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias

from gansearch.executors.webhook import Pace, Sender, Webhook
from gansearch.study import StudyStatus

Event: TypeAlias = Literal["finished", "failed", "interrupted", "stopped", "new_best"]


class Notifier:
    """Tells a webhook of one launch: as a context manager, of every way in which it may end.

    Args:
        target: where to; None tells nobody.
        study: name of the study.
        say: told, once and at the end, what could not be delivered.
        pace: how long things may take.
    """

    def __init__(
        self, target: Webhook | None, study: str, say: Callable[[str], None], pace: Pace | None = None
    ) -> None:
        self._study = study
        self._say = say
        self._status: StudyStatus | None = None
        self._has_ended = False
        self._sender = None if target is None else Sender(target, pace or Pace())

    def __enter__(self) -> Notifier:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        """A launch that has not told its end has failed; then wait, a bounded time, for what is on its way."""
        if self._sender is None:
            return
        if not self._has_ended:
            self.ended("failed", self._status, because=None if kind is None else kind.__name__)
        undelivered = self._sender.close()
        if undelivered is not None:
            self._say(undelivered)

    def watching(self, watch: Callable[[StudyStatus], None] | None) -> Callable[[StudyStatus], None] | None:
        """``watch``, which also tells of new bests; itself where there is no webhook."""
        if self._sender is None:
            return watch

        def both(status: StudyStatus) -> None:
            self.watch(status)
            if watch is not None:
                watch(status)

        return both

    def watch(self, status: StudyStatus) -> None:
        """Tell of a new best. What the first status holds was known before the launch."""
        before, self._status = self._status, status
        if self._sender is None or before is None or status.best is None or _best(status) == _best(before):
            return
        self._sender.put_best(self._message("new_best", status))

    def ended(self, event: Event, status: StudyStatus | None, *, because: str | None = None) -> None:
        """Tell how the launch ended.

        Args:
            event: how.
            status: of the study; None where it cannot be read any more.
            because: kind of the error. Its text is not told: it may name what the receiver should not know.
        """
        self._has_ended = True
        if self._sender is not None:
            self._sender.put(self._message(event, status, because=because))

    def _message(self, event: Event, status: StudyStatus | None, *, because: str | None = None) -> dict[str, Any]:
        best = {"run": None, "metric": None, "value": None} if status is None else _best(status)
        return {
            "event": event,
            "study": self._study,
            "text": _sentence(event, self._study, best, status, because),
            **best,
            "counts": {} if status is None else dict(status.counts),
            "time": time.time(),
        }


def _best(status: StudyStatus) -> dict[str, Any]:
    """The best run and its value of the first objective; JSON knows no number that is not finite."""
    metric = status.objectives[0].metric if status.objectives else None
    value = None if status.best is None else status.best.value
    return {
        "run": None if status.best is None else str(status.best.identity),
        "metric": metric,
        "value": value if value is not None and math.isfinite(value) else None,
    }


def _sentence(
    event: Event, study: str, best: Mapping[str, Any], status: StudyStatus | None, because: str | None
) -> str:
    value = "" if best["value"] is None else f", {best['metric']} {best['value']:.4g}"
    if event == "new_best":
        return f"{study}: new best {best['run']}{value}"
    ends = "" if status is None else ", ".join(f"{count} {name}" for name, count in sorted(status.counts.items()))
    said = f"{study} {event if event in ('finished', 'failed') else f'was {event}'}"
    said += "" if because is None else f" ({because})"
    return said + (f": {ends}" if ends else "") + ("" if best["run"] is None else f"; best {best['run']}{value}")
