"""The measurements of the end as tasks of Ray's: Ctrl-C ends them, and what is lost is told and done at a resume."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import ray
from ray import ObjectRef
from ray.exceptions import RayError, RayTaskError

from gansearch.errors import FencedError, GansearchError, StorageError
from gansearch.executors.unmeasured import unmeasured
from gansearch.executors.waiting import Waiting
from gansearch.records import TrialIdentity

RETRIES = 1
"""Times that a measurement is begun again elsewhere, whose worker or node has died."""
POLL_S = 0.5
"""Seconds between two looks at whether the user has asked for the end."""


def await_measurements(
    running: Mapping[ObjectRef, TrialIdentity], stop: Callable[[], bool], say: Callable[[str], None], waiting: Waiting
) -> None:
    """Wait until each has ended, or the user asks for the end: what runs then is broken off.

    Args:
        running: tasks, each of the trial that it measures.
        stop: whether the user has asked for the end.
        say: told which measurements could not be made, and why.
        waiting: told while none has ended.

    Raises:
        GansearchError: what a task raised, except that a file could not be read or written.
    """
    left = list(running)
    while left:
        done, left = ray.wait(left, num_returns=len(left), timeout=POLL_S)
        waiting.tell(is_waiting=bool(left) and len(left) == len(running), packs=len(left))
        for task in done:
            _take(task, running[task], say)
        if stop():
            for task in left:
                ray.cancel(task, force=True)
            return


def _take(task: ObjectRef, identity: TrialIdentity, say: Callable[[str], None]) -> None:
    try:
        ray.get(task)
    except RayTaskError as error:
        cause = error.cause
        if not isinstance(cause, GansearchError):
            raise
        if isinstance(cause, FencedError) or not isinstance(cause, StorageError):
            raise cause from None
        say(unmeasured(identity, str(cause)))
    except RayError as error:
        say(unmeasured(identity, f"its worker died twice ({type(error).__name__})"))
