"""Runs a study in this process, one pack after the other: notebooks, tests, one GPU."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Self

from gansearch.errors import CorruptFileError, FencedError, StorageError
from gansearch.executors.driver import UNSAID, Driver
from gansearch.executors.packing import left_after
from gansearch.executors.unmeasured import unmeasured
from gansearch.records import Assignment, Setting
from gansearch.trial.context import TrialContext
from gansearch.trial.final import evaluate_final
from gansearch.trial.interrupt import Interrupt
from gansearch.trial.lane_probe import probe_lanes
from gansearch.trial.lane_table import LaneTable
from gansearch.trial.run import Answer, run_pack

WAIT_S = 0.1
"""Longest sleep while trials wait to be begun again; Ctrl-C is heard in between."""


class LocalExecutor:
    """This process."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing was opened."""

    def check(self, context: TrialContext) -> None:
        """Nothing: what this process has is what trials have."""

    def workers(self) -> int:
        """One: this process."""
        return 1

    def probe(
        self, settings: Mapping[str, Setting], context: TrialContext, most: int, interrupt: Interrupt
    ) -> LaneTable:
        """Time packs of up to ``most`` lanes in this process."""
        return probe_lanes(settings, context, most=most)

    def run(self, driver: Driver, context: TrialContext) -> None:
        """Drive the study to its end, or until it is asked to stop."""
        while True:
            pack = driver.next_pack()
            if pack:
                _run_one(pack, driver, context)
            elif (due_in_s := driver.due_in_s) is None:
                return
            else:
                time.sleep(min(WAIT_S, due_in_s))

    def finalise(
        self,
        assignments: Sequence[Assignment],
        context: TrialContext,
        stop: Callable[[], bool],
        say: Callable[[str], None],
    ) -> None:
        """Measure completed trials by the protocol of the end, one after the other; Ctrl-C is heard in between."""
        for assignment in assignments:
            if stop():
                return
            try:
                evaluate_final(assignment, context)
            except FencedError:
                raise  # another driver has taken the study over
            except StorageError as error:
                say(unmeasured(assignment.identity, str(error)))


def _run_one(pack: list[Assignment], driver: Driver, context: TrialContext) -> None:
    """Run one pack; each of its reports is answered before it goes on."""
    run = run_pack(pack, context)
    answer: Answer | None = None
    while True:
        try:
            # A generator that has not started takes None only.
            reports = next(run) if answer is None else run.send(answer)
        except StopIteration:
            driver.lost(pack, UNSAID)
            return
        except CorruptFileError as error:  # fails this pack after some attempts, and must not end the others' search
            driver.lost(pack, str(error))
            return
        except FencedError:
            raise  # another driver has taken the study over
        except StorageError as error:
            driver.unwritten(pack, str(error))
            return
        answer = driver.report(reports, pack)
        pack = [*left_after(pack, reports), *answer.join]
