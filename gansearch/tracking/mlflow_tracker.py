"""Projects a study into MLflow from a thread of its own, which a search never waits for.

A study is an experiment, a launch a parent run, a trial a child run. Callers only say which trial has changed; the
thread reads the trial's records from its cursor and writes them once a second, as long as the store can be reached.
What fails is tried again with growing pauses, so a server may be away for as long as it likes, and may come back empty:
nothing waits in memory but the portion that was being written, and nothing raises into the caller.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from gansearch.records import TrialIdentity
from gansearch.tracking.experiment import Experiment
from gansearch.tracking.links import run_page
from gansearch.tracking.projection import Projection
from gansearch.tracking.silence import prepare_environment, quiet_thread
from gansearch.tracking.source import Source
from gansearch.tracking.trouble import Trouble

LONGEST_PAUSE_S = 10.0
LAST_PAUSE_S = 0.25
"""Between two tries once the tracker is closing."""


class MlflowTracker:
    """Tells MLflow what happens in a study. Every method but ``close`` returns at once, and none raises.

    Args:
        experiment: where the study is shown.
        source: what there is to be told. It is called from the tracker's thread.
        interval_s: seconds between two looks at what has changed.
        say: takes sentences for the user, from the tracker's thread; None logs them as warnings.
    """

    def __init__(
        self,
        experiment: Experiment,
        source: Source,
        *,
        interval_s: float = 1.0,
        say: Callable[[str], None] | None = None,
    ) -> None:
        prepare_environment()
        self.uri = experiment.uri
        self._interval_s = interval_s
        self._trouble = Trouble(experiment.uri, experiment.study, say)
        self._projection = Projection(experiment, source, self._trouble)
        self._lock = threading.Lock()
        self._changed: dict[TrialIdentity, None] = {}
        self._behind: dict[TrialIdentity, None] = {}
        self._are_launches_changed = False
        self._closing = threading.Event()
        self._deadline = float("inf")
        self.blocked_s = 0.0
        """Seconds that callers have spent within ``counted``."""
        self._thread = threading.Thread(target=self._work, name="gansearch-tracking", daemon=True)
        self._thread.start()

    # --- what callers say -------------------------------------------------------------------------------------------

    def launch_changed(self) -> None:
        """A launch has begun or ended, or more is known of it."""
        with self._lock:
            self._are_launches_changed = True

    def trial_changed(self, identity: TrialIdentity) -> None:
        """A trial has recorded something, or the study has decided about it."""
        with self._lock:
            self._changed[identity] = None

    def trials_behind(self, trials: Iterable[TrialIdentity]) -> None:
        """MLflow may lack something of these trials; it is looked after when none has just changed."""
        with self._lock:
            self._behind.update(dict.fromkeys(trials))

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count the time that the search spends on tracking instead of on itself."""
        before = time.perf_counter()
        try:
            yield
        finally:
            self.blocked_s += time.perf_counter() - before

    def close(self, timeout_s: float) -> int:
        """Write what is left, for at most ``timeout_s`` seconds, and end the thread. A second call does nothing.

        Returns:
            Runs that lack something: 0 where MLflow has everything.
        """
        if not self._closing.is_set():
            self._deadline = time.monotonic() + timeout_s
            self._closing.set()
            self._thread.join(timeout_s)
        return len(self.lacking)

    # --- what callers may ask ---------------------------------------------------------------------------------------

    @property
    def lacking(self) -> list[str]:
        """Runs that may lack something, by their names; the launch among them where MLflow has not heard of it."""
        with self._lock:
            trials = {*self._changed, *self._behind, *self._projection.lacking()}
            launches = ["launch"] if self._are_launches_changed or self._projection.are_launches_due else []
        return launches + [str(trial) for trial in sorted(trials, key=lambda trial: (trial.number, str(trial)))]

    @property
    def lost(self) -> int:
        """Points, files and other things that MLflow has refused for good."""
        return self._trouble.count

    def run_id(self, identity: TrialIdentity) -> str | None:
        """MLflow's id of a trial's run, or None while it has none."""
        writer = self._projection.writer
        run = None if writer is None else writer.runs.get(str(identity))
        return None if run is None else run.run_id

    def run_url(self, identity: TrialIdentity) -> str | None:
        """The page of a trial's run, or None while it has none, or where the store is no server with pages."""
        writer, run_id = self._projection.writer, self.run_id(identity)
        if writer is None or run_id is None:
            return None
        return run_page(self.uri, writer.experiment_id, run_id)

    # --- the thread -------------------------------------------------------------------------------------------------

    def _work(self) -> None:
        """Look at what has changed once an interval, until closed and done, or out of time.

        It rests at least as long as it has worked, so that trials, which may need every core, have more of this one;
        what has piled up meanwhile costs less together.
        """
        with quiet_thread():
            pause_s = self._interval_s
            while time.monotonic() < self._deadline:
                is_closing = self._closing.is_set()  # before the marks are taken: none comes afterwards
                self._take_marks()
                began = time.monotonic()
                is_done = self._projection.write(self._deadline)
                worked_s = time.monotonic() - began
                if is_closing and is_done and self._projection.look_again(self._deadline):
                    return
                if is_done:
                    pause_s = max(self._interval_s, min(worked_s, LONGEST_PAUSE_S))
                else:
                    pause_s = min(LONGEST_PAUSE_S, max(self._interval_s, pause_s * 2))
                if is_closing:
                    time.sleep(max(0.0, min(LAST_PAUSE_S, self._deadline - time.monotonic())))
                else:
                    self._closing.wait(pause_s)

    def _take_marks(self) -> None:
        with self._lock:
            changed, self._changed = self._changed, {}
            behind, self._behind = self._behind, {}
            are_launches_changed, self._are_launches_changed = self._are_launches_changed, False
            self._projection.changed(changed)
            self._projection.behind(behind)
            if are_launches_changed:
                self._projection.launches_changed()
