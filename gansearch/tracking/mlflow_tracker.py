"""Projects a study into MLflow from a thread of its own, which a search never waits for.

A study is an experiment, a launch a parent run, a trial a child run. Callers only put what happened onto a queue; the
thread sorts it by run, thins it, and writes it once a second. What fails is tried again with growing pauses, so a
server may be away for as long as memory lasts; nothing raises into the caller. MLflow is never the only copy.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gansearch.records import Evaluation, Setting, TrialEnd, TrialIdentity
from gansearch.tracking.links import run_page
from gansearch.tracking.location import artifact_root as default_root
from gansearch.tracking.losses import Losses
from gansearch.tracking.pending import File, StepImage
from gansearch.tracking.projection import Projection
from gansearch.tracking.run_writer import RunWriter, now_ms
from gansearch.tracking.silence import prepare_environment, silence_this_thread

CAPACITY = 10_000
"""Messages that may wait in the queue."""
LONGEST_PAUSE_S = 30.0
DRAIN_POLL_S = 0.05


class MlflowTracker:
    """Tells MLflow what happens in one launch of a study. Every method returns at once and never raises.

    Args:
        uri: the tracking store or server.
        study: name of the study; the experiment's name.
        artifact_root: where the artifacts of all studies lie, a folder or a URL; None for ``mlartifacts`` in
            GANSEARCH_HOME. A server decides for itself.
        study_id: what tells this study from an earlier one of the same name, or None.
        interval_s: seconds between two batches.
    """

    def __init__(
        self,
        uri: str,
        study: str,
        *,
        artifact_root: str | Path | None = None,
        study_id: str | None = None,
        interval_s: float = 1.0,
    ) -> None:
        prepare_environment()
        root = default_root() if artifact_root is None else artifact_root
        root = root.resolve().as_uri() if isinstance(root, Path) else root
        self.uri = uri
        self._interval_s = interval_s
        self._losses = Losses()
        self._projection = Projection(partial(_open_quietly, uri, study, root, study_id), self._losses)
        self._inbox: queue.Queue[Callable[[], None]] = queue.Queue(CAPACITY)
        self._closing = threading.Event()
        self._deadline = float("inf")
        self.blocked_s = 0.0
        """Seconds that callers have spent in this object's methods, all together."""
        self._thread = threading.Thread(target=self._work, name="gansearch-tracking", daemon=True)
        self._thread.start()

    # --- what callers say -------------------------------------------------------------------------------------------

    def launch_started(self, info: Mapping[str, object]) -> None:
        """A launch begins: its run becomes the parent of the trials that start from now on.

        Args:
            info: what was launched; scalars become tags, everything is kept in ``launch.json``.
        """
        self._put(self._projection.launch_started, dict(info), now_ms())

    def trial_started(
        self,
        identity: TrialIdentity,
        settings: Mapping[str, Setting],
        parameters: Mapping[str, Setting],
        tags: Mapping[str, Setting],
        started_ms: int | None = None,
    ) -> None:
        """A trial starts or goes on: its run is made, or found again by its identity.

        Args:
            identity: the trial.
            settings: its whole configuration, kept in ``settings.json``.
            parameters: what is searched, shown as parameters.
            tags: ``attempt`` and others, shown under ``gansearch.``.
            started_ms: when, in milliseconds since 1970; now where None.
        """
        when = now_ms() if started_ms is None else started_ms
        self._put(self._projection.trial_started, identity, dict(settings), dict(parameters), dict(tags), when)

    def signals(self, identity: TrialIdentity, first_step: int, values: Mapping[str, NDArray[np.float32]]) -> None:
        """Training signals of the steps since ``first_step``, by name, all of one length. Shown as ``train/<name>``.

        They are thinned to about 200 points a trial and signal: the means of windows of equal width.
        """
        now, names, copied = now_ms(), tuple(values), np.array(list(values.values()), dtype=np.float32)
        self._put(lambda: self._projection.run(identity).signals(first_step, names, copied, now))

    def evaluation(self, identity: TrialIdentity, evaluation: Evaluation) -> None:
        """Every metric of one evaluation, at its step; those of the final protocol as ``<metric>_n<samples>``."""
        now = now_ms()
        self._put(lambda: self._projection.run(identity).evaluation(evaluation, now))

    def image(self, identity: TrialIdentity, step: int, key: str, array: NDArray[np.uint8]) -> None:
        """An image of one moment, uint8 [H, W] or [H, W, 3], shown under ``key`` with a slider over the steps."""
        shown = StepImage(key, step, np.array(array, dtype=np.uint8), now_ms())
        self._put(lambda: self._projection.run(identity).images.append(shown))

    def artifact(self, identity: TrialIdentity | None, path: str, content: bytes) -> None:
        """A file, of a trial or (None) of the launch, under ``path`` among its artifacts."""
        self._put(lambda: self._projection.run(identity).files.append(File(path, content)))

    def trial_ended(self, identity: TrialIdentity, end: TrialEnd) -> None:
        """A trial is over, or rests; ``run_status`` says how that is shown."""
        now = now_ms()
        self._put(lambda: self._projection.run(identity).end(end, now))

    def launch_ended(self, status: str) -> None:
        """The launch is over: ``finished``, ``interrupted``, ``stopped``, or anything else for a failure."""
        self._put(self._projection.launch_ended, status, now_ms())

    def drain(self, most: int, patience_s: float) -> bool:
        """Wait until at most ``most`` things are still to be written; whether that came to be.

        For whoever has more to tell at once than a search has: what does not fit the queue is lost.

        Args:
            most: messages, points, images and files that may be left.
            patience_s: seconds without any progress after which it gives up.
        """
        least, since = self._left(), time.monotonic()
        while (left := self._left()) > most:
            if left < least:
                least, since = left, time.monotonic()
            elif time.monotonic() - since > patience_s:
                return False
            time.sleep(DRAIN_POLL_S)
        return True

    def close(self, timeout_s: float) -> int:
        """Write what is left, for at most ``timeout_s`` seconds, and end the thread. A second call does nothing.

        Returns:
            How much has not been written: 0 where MLflow has everything. It is counted as lost.
        """
        if self._closing.is_set():
            return 0
        self._deadline = time.monotonic() + timeout_s
        self._closing.set()
        with suppress(queue.Full):  # a full queue wakes the thread as well
            self._inbox.put_nowait(_nothing)
        self._thread.join(timeout_s)
        left = self._left()
        if left:
            self._losses.add(left, f"{self.uri} did not take it within the last {timeout_s:g} s")
        return left

    # --- what callers may ask ---------------------------------------------------------------------------------------

    @property
    def lost(self) -> int:
        """Points, images, files and messages that never reached MLflow."""
        return self._losses.count

    def run_id(self, identity: TrialIdentity) -> str | None:
        """MLflow's id of a trial's run, or None while it has none."""
        writer = self._projection.writer
        return None if writer is None else writer.run_ids.get(str(identity))

    def run_url(self, identity: TrialIdentity) -> str | None:
        """The page of a trial's run, or None while it has none, or where the store is no server with pages."""
        writer, run_id = self._projection.writer, self.run_id(identity)
        if writer is None or run_id is None:
            return None
        return run_page(self.uri, writer.experiment_id, run_id)

    # --- the thread -------------------------------------------------------------------------------------------------

    def _left(self) -> int:
        return self._inbox.qsize() + self._projection.waiting()

    def _put(self, act: Callable[..., None], *arguments: object) -> None:
        before = time.perf_counter()
        try:
            self._inbox.put_nowait(partial(act, *arguments))
        except queue.Full:
            self._losses.add(1, "the queue is full")
        self.blocked_s += time.perf_counter() - before

    def _work(self) -> None:
        """Take messages and write them once an interval, until closed and done, or out of time."""
        pause_s = self._interval_s
        due = time.monotonic()
        while time.monotonic() < self._deadline:
            self._receive(due)
            if time.monotonic() < due and not self._closing.is_set():
                continue
            is_done = self._projection.write(self._deadline)
            if is_done and self._closing.is_set() and self._inbox.empty():
                return
            pause_s = self._interval_s if is_done else min(LONGEST_PAUSE_S, pause_s * 2)
            if not is_done and self._closing.is_set():
                time.sleep(min(0.25, max(0.0, self._deadline - time.monotonic())))
            due = time.monotonic() + pause_s

    def _receive(self, due: float) -> None:
        """Take every message that is there; wait for the first one until ``due``, unless the tracker is closing."""
        wait_s = 0.0 if self._closing.is_set() else max(0.0, due - time.monotonic())
        is_full = self._projection.is_full()
        try:
            self._take(self._inbox.get(timeout=wait_s) if wait_s else self._inbox.get_nowait(), is_full)
            for _ in range(CAPACITY):
                self._take(self._inbox.get_nowait(), is_full)
        except queue.Empty:
            return

    def _take(self, act: Callable[[], None], is_full: bool) -> None:
        if is_full:
            self._losses.add(1, "too much is waiting for the store")
            return
        try:
            act()
        except Exception as error:  # noqa: BLE001 - one bad message must not end the thread; it is counted and said
            self._losses.add(1, f"{type(error).__name__}: {error}")


def _open_quietly(uri: str, study: str, root: str, study_id: str | None) -> RunWriter:
    import mlflow  # noqa: F401 - configures its handlers, which are then told to leave this thread out

    silence_this_thread()
    return RunWriter(uri, study, root, study_id)


def _nothing() -> None:
    """A message that only wakes the thread."""
