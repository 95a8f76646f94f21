"""Sorts what has been reported by run, and writes it run by run. Lives in the tracker's own thread."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from uuid import uuid4

from gansearch.records import Setting, TrialIdentity
from gansearch.tracking.losses import Losses
from gansearch.tracking.pending import PLANNED_EPOCHS, File, PendingRun, prefixed, trial_tags
from gansearch.tracking.run_status import launch_status
from gansearch.tracking.run_writer import RunWriter

MOST_PENDING = 500_000
"""Points, images and files that may wait while the store cannot be reached."""
REFUSED = frozenset({"INVALID_PARAMETER_VALUE", "BAD_REQUEST", "RESOURCE_DOES_NOT_EXIST", "RESOURCE_ALREADY_EXISTS"})
"""Answers of MLflow that trying again does not change."""

_log = logging.getLogger("gansearch.tracking")


class Projection:
    """The runs of one launch and what they still have to be told.

    Args:
        open_writer: opens the store; called again until it succeeds.
        losses: where to count what is dropped.
    """

    def __init__(self, open_writer: Callable[[], RunWriter], losses: Losses) -> None:
        self._open_writer = open_writer
        self._losses = losses
        self._runs: dict[str, PendingRun] = {}
        self._changed: dict[str, None] = {}
        self._launch: str | None = None
        self.writer: RunWriter | None = None

    def waiting(self) -> int:
        """Things that are still to be written."""
        runs = [self._runs.get(key) for key in list(self._changed)]  # other threads may ask while a run is let go
        return sum(run.count() for run in runs if run is not None)

    def is_full(self) -> bool:
        """Whether no more may be taken until the store has been reached."""
        return self.waiting() >= MOST_PENDING

    # --- what happened ----------------------------------------------------------------------------------------------

    def launch_started(self, info: Mapping[str, object], now_ms: int) -> None:
        """A launch begins; its number is found once the store is open."""
        self._launch = f"launch-{uuid4().hex}"
        run = self._changed_run(self._launch)
        run.is_started, run.started_ms = True, now_ms
        scalars = {name: value for name, value in info.items() if isinstance(value, (str, int, float, bool))}
        run.tags = {prefixed(name): str(value) for name, value in scalars.items()}
        run.tags["gansearch.kind"] = "launch"
        run.files.append(File("launch.json", json.dumps(info, indent=2, default=str).encode()))

    def launch_ended(self, outcome: str, now_ms: int) -> None:
        """The launch is over."""
        run = self.run(None)
        run.tags["gansearch.outcome"] = outcome
        run.status, run.ended_ms = launch_status(outcome), now_ms

    def trial_started(
        self,
        identity: TrialIdentity,
        settings: Mapping[str, Setting],
        parameters: Mapping[str, Setting],
        tags: Mapping[str, Setting],
        started_ms: int,
    ) -> None:
        """A trial starts, or goes on."""
        epochs = settings.get("training.epochs")
        text = json.dumps(settings, indent=2, sort_keys=True)
        planned = epochs if isinstance(epochs, int) else PLANNED_EPOCHS
        self.run(identity).start(text, parameters, trial_tags(identity, tags), planned, started_ms)

    def run(self, identity: TrialIdentity | None) -> PendingRun:
        """The run of a trial, or (None) of the launch, marked as changed."""
        if identity is not None:
            return self._changed_run(str(identity))
        if self._launch is None:
            raise ValueError("a launch must have started before it has artifacts or an end; got neither")
        return self._changed_run(self._launch)

    def _changed_run(self, key: str) -> PendingRun:
        self._changed[key] = None
        if key not in self._runs:
            parent = None if key == self._launch else self._launch
            self._runs[key] = PendingRun(name=key, parent=parent)
        return self._runs[key]

    # --- writing ----------------------------------------------------------------------------------------------------

    def write(self, deadline: float) -> bool:
        """Write every run that has changed, in the order of their changes; whether all of it went well.

        Args:
            deadline: moment of ``time.monotonic`` after which no further run is begun.
        """
        if not self._is_open():
            return False
        return all(time.monotonic() < deadline and self._write_run(key) for key in list(self._changed))

    def _is_open(self) -> bool:
        try:
            if self.writer is None:
                self.writer = self._open_writer()
        except Exception as error:  # noqa: BLE001 - whatever keeps the store shut: tried again, counted at the end
            _log.debug("the tracking store cannot be opened yet: %s", error)
            return False
        return True

    def _write_run(self, key: str) -> bool:
        """Write one run; drop what MLflow refuses for good, and put the run last where it must be tried again."""
        run = self._runs[key]
        while True:
            try:
                self._deliver(key, run)
                break
            except Exception as error:  # noqa: BLE001 - clients and artifact stores raise what they like
                if getattr(error, "error_code", None) not in REFUSED:
                    _log.debug("%s must be written again: %s: %s", key, type(error).__name__, error)
                    self._changed[key] = self._changed.pop(key)
                    return False
                self._losses.add(run.drop_first(), f"MLflow refuses it: {error}")
        del self._changed[key]
        if run.ended_ms is not None:
            del self._runs[key]
        return True

    def _deliver(self, key: str, run: PendingRun) -> None:
        assert self.writer is not None
        if key == self._launch and key not in self.writer.run_ids:
            self.writer.close_left_launches()
            number = self.writer.next_launch()
            run.name, run.tags["gansearch.launch"] = f"launch {number}", str(number)
        if run.parent is not None and run.parent not in self.writer.run_ids and run.parent in self._changed:
            self._deliver(run.parent, self._runs[run.parent])
        self.writer.write(key, run)
