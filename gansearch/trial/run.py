"""Runs one pack of trials from start to end: trains, measures, judges, records, and obeys the study.

The generator yields reports and is sent an ``Answer``; between epochs it yields none at least once a second, so that a
trial can always be told to stop. Nothing here knows which executor drives it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import torch

from gansearch.errors import StorageError
from gansearch.records import Assignment, TrialEnd
from gansearch.space.script import is_script
from gansearch.storage import Storage
from gansearch.trial.answer import GO_ON, Answer, PackRun
from gansearch.trial.context import TrialContext
from gansearch.trial.device import check_device
from gansearch.trial.failure import end_of, ended_unheld, reason_of
from gansearch.trial.own_loop.script_run import run_scripts
from gansearch.trial.splitting import SplittingRun
from gansearch.trial.workbench import open_workbench

__all__ = ["GO_ON", "Answer", "PackRun", "run_pack"]


def run_pack(assignments: Sequence[Assignment], context: TrialContext) -> PackRun:
    """Run trials of one signature, together where that is possible, until each has ended.

    Args:
        assignments: one per lane; equal in every static setting.
        context: what all trials of the study share.

    Yields:
        The reports of an evaluation or an end, or an empty list as a sign of life.

    Raises:
        StorageError: where records cannot be written; the attempt is then lost, not failed.
    """
    if is_script(assignments[0].settings):
        yield from run_scripts(assignments, context)
        return
    torch.set_num_threads(context.threads)
    storage = Storage(context.storage_url)
    started = time.monotonic()
    try:
        check_device(context.device)
        bench = open_workbench(assignments[0].settings, context)
    except StorageError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a data set or a plug-in raises is the end of all that need it
        end, seconds = TrialEnd(end_of(error), reason_of(error), 0, 0), time.monotonic() - started
        yield [ended_unheld(each, storage, end, lanes=len(assignments), seconds=seconds) for each in assignments]
        return
    yield from SplittingRun(assignments, context, storage, bench).run()
