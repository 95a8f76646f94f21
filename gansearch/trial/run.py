"""Runs one pack of trials from start to end: trains, measures, judges, records, and obeys the study.

The generator yields reports and is sent an ``Answer``; between epochs it yields none at least once a second, so that a
trial can always be told to stop. Nothing here knows which executor drives it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import torch

from gansearch.errors import StorageError
from gansearch.records import Assignment
from gansearch.storage import Storage
from gansearch.trial.answer import GO_ON, Answer, PackRun
from gansearch.trial.context import TrialContext
from gansearch.trial.failure import failed_at_start
from gansearch.trial.pack_run import TrainedPack
from gansearch.trial.workbench import open_workbench

__all__ = ["GO_ON", "Answer", "PackRun", "run_pack"]


def run_pack(assignments: Sequence[Assignment], context: TrialContext) -> PackRun:
    """Run trials of one signature together, until each has ended.

    Args:
        assignments: one per lane; equal in every static setting.
        context: what all trials of the study share.

    Yields:
        The reports of an evaluation or an end, or an empty list as a sign of life.

    Raises:
        StorageError: where records cannot be written; the attempt is then lost, not failed.
    """
    torch.set_num_threads(context.threads)
    storage = Storage(context.storage_url)
    started = time.monotonic()
    try:
        pack = TrainedPack(assignments, context, storage, open_workbench(assignments[0].settings, context))
    except StorageError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a configuration or a plug-in raises is this trial's end
        yield failed_at_start(assignments, storage, error, time.monotonic() - started)
        return
    yield from pack.run()
