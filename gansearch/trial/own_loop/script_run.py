"""Runs trials whose training is a user's own script, and yields what they report as every pack does.

The script runs in a thread of this process; what it reports is recorded, measured and judged here. While it computes,
the run yields nothing at least once a second, so that a trial can be told to stop at its next report.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import torch

from gansearch.errors import StorageError
from gansearch.records import Assignment, LaneReport, TrialEnd
from gansearch.space.script import FUNCTION
from gansearch.storage import Storage
from gansearch.trial.answer import PackRun
from gansearch.trial.context import TrialContext
from gansearch.trial.device import check_device
from gansearch.trial.failure import end_of, ended_unheld, reason_of
from gansearch.trial.own_loop.exchange import Evaluated, Exchange, Message, Returned, Told
from gansearch.trial.own_loop.script_files import script_file
from gansearch.trial.own_loop.script_log import ScriptLog
from gansearch.trial.own_loop.script_thread import ScriptThread, occupied
from gansearch.trial.own_loop.script_trial import ScriptTrial
from gansearch.trial.own_loop.session import Session
from gansearch.trial.workbench import Workbench, import_plugins, open_workbench

LOGS = "logs"
LEAST_WAIT_S: Final = 0.01
"""Seconds between two looks at what the script says, however often the run is to hand back control."""


def run_scripts(assignments: Sequence[Assignment], context: TrialContext) -> PackRun:
    """Run trials with a script, one after the other.

    Yields:
        The reports of an evaluation or an end, or an empty list as a sign of life.

    Raises:
        StorageError: where records cannot be written; the attempt is then lost, not failed.
    """
    torch.set_num_threads(context.threads)
    storage = Storage(context.storage_url)
    for assignment in assignments:
        started = time.monotonic()
        try:
            check_device(context.device)
            path = script_file(assignment.settings, context)
            trial = ScriptTrial(assignment, context, storage, _bench(assignment, context))
        except StorageError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a data set or a plug-in raises is the trial's end
            end, seconds = TrialEnd(end_of(error), reason_of(error), 0, 0), time.monotonic() - started
            yield [ended_unheld(assignment, storage, end, lanes=1, seconds=seconds)]
            continue
        yield from ScriptRun(assignment, context, storage, trial, path).run()


def _bench(assignment: Assignment, context: TrialContext) -> Workbench | None:
    if "dataset.name" in assignment.settings:
        return open_workbench(assignment.settings, context)
    import_plugins(context)
    return None


class ScriptRun:
    """Runs the script of one trial.

    Args:
        assignment: the trial.
        context: of the study.
        storage: of the study.
        trial: its record.
        path: of the script on this machine.
    """

    def __init__(
        self, assignment: Assignment, context: TrialContext, storage: Storage, trial: ScriptTrial, path: Path
    ) -> None:
        self._assignment = assignment
        self._context = context
        self._storage = storage
        self._trial = trial
        self._path = path
        self._exchange = Exchange()
        self._session = Session(trial.brief, self._exchange)
        self._log_path = f"{LOGS}/{assignment.identity}.txt"
        self._log = ScriptLog(self._printed_before())
        self._wait_s = max(LEAST_WAIT_S, context.heartbeat_s)

    def run(self) -> PackRun:
        """Until the trial has ended, or rests, and its script has been left."""
        if self._trial.is_trained:  # its worker died after the checkpoint of the last epoch, before it said so
            yield self._trial.complete()
            return
        while not occupied.acquire(timeout=self._wait_s):  # by a script that has been told to end and has not yet
            ended = self._trial.obey((yield []))
            if ended:
                yield ended
                return
        self._thread().start()
        try:
            yield from self._heard()
        finally:
            self._exchange.end("nothing more is wanted of the trial")

    def _heard(self) -> PackRun:
        """Take one message after the other."""
        last_yield = time.monotonic()
        while True:
            message = self._exchange.next(self._wait_s)
            reports = self._reports(message)
            if isinstance(message, (Evaluated, Returned)):
                self._keep_log()
            if reports or time.monotonic() - last_yield >= self._context.heartbeat_s:
                obeyed = self._trial.obey((yield reports))
                last_yield = time.monotonic()
                if obeyed:
                    yield obeyed
            if isinstance(message, Returned):
                return
            if self._trial.end is not None:
                self._exchange.end(self._trial.end.reason)
            elif isinstance(message, Evaluated):
                self._exchange.go_on()

    def _reports(self, message: Message | None) -> list[LaneReport]:
        """Let the trial take a message; what follows from it. What comes after the trial's end is passed over."""
        if message is None or self._trial.end is not None:
            return []
        try:
            if isinstance(message, Told):
                return self._trial.told(message)
            if isinstance(message, Evaluated):
                return self._trial.evaluated(message, self._session.state)
            return self._trial.returned(message)
        except StorageError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a metric, a detector or a state raises is the trial's end
            return self._trial.fail(end_of(error), reason_of(error))

    def _thread(self) -> ScriptThread:
        settings = self._assignment.settings
        return ScriptThread(
            self._path,
            str(settings[FUNCTION]) if FUNCTION in settings else None,
            seed=self._assignment.seed,
            threads=self._context.threads,
            session=self._session,
            exchange=self._exchange,
            log=self._log,
        )

    def _printed_before(self) -> str:
        if self._assignment.attempt == 0 or not self._storage.exists(self._log_path):
            return ""
        return f"{self._storage.read(self._log_path).decode()}\n[attempt {self._assignment.attempt}]\n"

    def _keep_log(self) -> None:
        self._storage.write(self._log_path, self._log.text().encode(errors="replace"))
