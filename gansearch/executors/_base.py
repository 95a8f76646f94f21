"""What an executor is: it decides where and when trials run, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, Self

from gansearch.executors.driver import Driver
from gansearch.records import Assignment, Setting
from gansearch.trial.context import TrialContext
from gansearch.trial.interrupt import Interrupt
from gansearch.trial.lane_table import LaneTable


class Executor(AbstractContextManager["Executor"], Protocol):
    """Opened for one launch: ``with executor: executor.run(...); executor.finalise(...)``."""

    def __enter__(self) -> Self:
        """Connect to what runs the trials."""
        ...

    def check(self, context: TrialContext) -> None:
        """Whether trials can be run wherever they may be placed.

        Raises:
            ExecutorError: where they cannot, with what is wrong there.
        """
        ...

    def workers(self) -> int:
        """Packs that can run at a time.

        Raises:
            ExecutorError: where none can.
        """
        ...

    def probe(
        self, settings: Mapping[str, Setting], context: TrialContext, most: int, interrupt: Interrupt
    ) -> LaneTable:
        """Time packs of up to ``most`` lanes where trials run, with the resources of a pack."""
        ...

    def run(self, driver: Driver, context: TrialContext) -> None:
        """Drive the study to its end, or until it is asked to stop."""
        ...

    def finalise(
        self,
        assignments: Sequence[Assignment],
        context: TrialContext,
        stop: Callable[[], bool],
        say: Callable[[str], None],
    ) -> None:
        """Measure completed trials by the protocol of the end, until ``stop`` says that the user wants the end.

        What a lost worker or a file that cannot be written has left unmeasured is told by ``say``, and is no error.
        """
        ...
