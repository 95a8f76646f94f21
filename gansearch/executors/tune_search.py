"""What Ray Tune asks: which trial comes next, and what a worker that has reported does then.

A Tune trial is a worker for as long as the study has something for it to do. It is handed one order after the other
with the answers to its reports, since Tune, when two trials end at once, gives up all but one of their processes and
starts new ones, which takes them seconds of imports.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from typing import Any, Final

import ray
from ray.exceptions import RayActorError
from ray.tune.experiment import Trial
from ray.tune.schedulers import FIFOScheduler, TrialScheduler
from ray.tune.search import Searcher

from gansearch.executors.driver import UNSAID, Driver
from gansearch.executors.packing import left_after
from gansearch.executors.placed_pack import has_left
from gansearch.executors.preemption import Preemption
from gansearch.executors.ray_desk import Order, Told
from gansearch.executors.waiting import Waiting
from gansearch.records import Assignment, LaneReport

PATIENCE_S: Final = 60.0
"""Seconds that an order waits for a worker of its own before it is given the first one that is free."""


class StudySearcher(Searcher):  # type: ignore[misc]
    """Gives Tune what the study wants done."""

    def __init__(self, driver: Driver, preemption: Preemption) -> None:
        super().__init__(metric=None, mode=None)
        self._driver = driver
        self._preemption = preemption
        self._live: dict[str, list[Assignment]] = {}
        self._measuring: set[str] = set()
        self._reasons: dict[str, str | None] = {}

    def suggest(self, trial_id: str) -> dict[str, Any] | str | None:
        """An order; None while running trials may still be handed back; FINISHED when nothing can come any more."""
        order = self._next(trial_id)
        if order is not None:
            return {"order": order, "leaving": self._preemption.nodes}
        return None if self._live or self._driver.due_in_s is not None else Searcher.FINISHED

    def report(self, trial_id: str, reports: Sequence[LaneReport], *, is_leaving: bool, is_wanted: bool) -> Told:
        """Pass a pack's reports to the study; its answer, and what the worker goes on with where the pack has ended.

        Args:
            trial_id: of the worker.
            reports: of its pack; none where it has measured something.
            is_leaving: whether its node is taken away.
            is_wanted: whether another order waits for a worker, which this one will be given once it is free.
        """
        pack = self._live.get(trial_id, [])
        answer = self._driver.report(reports, pack, is_leaving=is_leaving)
        self._live[trial_id] = left = [*left_after(pack, reports), *answer.join]
        is_free = not left and (bool(pack) or trial_id in self._measuring)
        if not is_free or is_leaving or is_wanted:
            return Told(answer)
        return Told(answer, self._next(trial_id))

    @property
    def is_asked_to_end(self) -> bool:
        """Whether the user wants the end now."""
        return self._driver.is_asked_to_end

    def is_measuring(self, trial_id: str) -> bool:
        """Whether a worker measures a trial that has completed."""
        return trial_id in self._measuring

    def _next(self, trial_id: str) -> Order | None:
        """The next order of a worker: a pack, or once all packs have ended a trial to measure."""
        self._measuring.discard(trial_id)
        pack = self._driver.next_pack()
        if pack:
            self._live[trial_id] = pack
            return Order(pack=tuple(pack))
        if any(self._live.values()) or self._driver.due_in_s is not None:
            return None
        measured = self._driver.next_measured()
        if measured is None:
            return None
        self._live[trial_id] = []
        self._measuring.add(trial_id)
        return Order(measured=measured)

    def died(self, trial_id: str, reason: str | None) -> None:
        """Hear why a worker died, before ``on_trial_complete`` is told that it did; None: its node is taken away."""
        self._reasons[trial_id] = reason

    def on_trial_complete(self, trial_id: str, result: dict[str, Any] | None = None, error: bool = False) -> None:
        """A worker has nothing left to do, has died, or could not read or write its records."""
        pack = self._live.pop(trial_id, [])
        reason = self._reasons.pop(trial_id, "its worker died")
        if trial_id in self._measuring:  # the end of the launch looks what has not been measured, and why
            self._measuring.remove(trial_id)
            return
        said = result or {}
        if error:
            if reason is None:
                self._driver.preempted(pack)
            else:
                self._driver.lost(pack, reason)
        elif "lost" in said:
            self._driver.lost(pack, said["lost"])
        elif "unwritten" in said:
            self._driver.unwritten(pack, said["unwritten"])
        else:
            self._driver.lost(pack, UNSAID)

    def __getstate__(self) -> dict[str, Any]:
        """Nothing: Tune pickles its parts to restore them, which ``gansearch resume`` does from the study instead."""
        return {}

    def save(self, checkpoint_path: str) -> None:
        """Nothing: the study's storage is the only state."""

    def restore(self, checkpoint_path: str) -> None:
        """Nothing: the study's storage is the only state."""


class StudyScheduler(FIFOScheduler):  # type: ignore[misc]
    """Passes reports to the study, and the study's answers back."""

    def __init__(self, searcher: StudySearcher, desk: Any, preemption: Preemption, waiting: Waiting) -> None:
        super().__init__()
        self._searcher = searcher
        self._desk = desk
        self._preemption = preemption
        self._waiting = waiting
        self._pending_since: dict[str, float] = {}

    def __getstate__(self) -> dict[str, Any]:
        """Nothing, as for the searcher."""
        return {}

    def on_trial_result(self, tune_controller: Any, trial: Trial, result: dict[str, Any]) -> str:
        """Answer before Tune lets the worker go on."""
        reports: Sequence[LaneReport] = result["reports"]
        self._preemption.heard(result["node"], reports)
        is_leaving = self._preemption.concerns(result["node"])
        told = self._searcher.report(trial.trial_id, reports, is_leaving=is_leaving, is_wanted=self._is_worker_wanted)
        ray.get(self._desk.put.remote(trial.trial_id, told))
        return str(TrialScheduler.CONTINUE)

    def choose_trial_to_run(self, tune_controller: Any) -> Trial | None:
        """The next trial that waits; Tune asks some ten times a second, whatever happens."""
        live = list(tune_controller.get_live_trials())
        states = {trial.status for trial in live}
        self._waiting.tell(is_waiting=Trial.PENDING in states and Trial.RUNNING not in states)
        now = time.monotonic()
        pending = [trial.trial_id for trial in live if trial.status == Trial.PENDING]
        self._pending_since = {each: self._pending_since.get(each, now) for each in pending}
        if self._searcher.is_asked_to_end:
            self._break_off(live)
        chosen: Trial | None = super().choose_trial_to_run(tune_controller)
        return chosen

    @property
    def _is_worker_wanted(self) -> bool:
        """Whether an order has waited so long that its worker is not just starting."""
        return any(time.monotonic() - since >= PATIENCE_S for since in self._pending_since.values())

    def _break_off(self, live: Iterable[Trial]) -> None:
        """End the processes that measure: they would take minutes, and a resumed study measures what is missing."""
        for trial in live:
            actor = trial.temporary_state.ray_actor
            if actor is not None and self._searcher.is_measuring(trial.trial_id):
                ray.kill(actor)

    def on_trial_error(self, tune_controller: Any, trial: Trial) -> None:
        """Tell the searcher why: Tune tells it only that."""
        error = trial.get_pickled_error()
        self._searcher.died(trial.trial_id, None if has_left(error) else why_it_died(error))


def why_it_died(error: BaseException | None) -> str:
    """A worker's death as a sentence fragment: what Ray says of a process, or the exception that ended it."""
    if isinstance(error, RayActorError):
        said = re.search(r"exit type: ([A-Z_]+)", str(error)), re.search(r"exit detail: ([^.\n]+)", str(error))
        kind, detail = (None if found is None else found[1].strip() for found in said)
        return "its worker died" + (f" ({kind}: {detail})" if kind and detail else "")
    if error is None:
        return "its worker died"
    cause = getattr(error, "cause", None) or error
    return f"its worker failed: {type(cause).__name__}: {cause}"
