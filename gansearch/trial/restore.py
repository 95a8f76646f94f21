"""A trained trial again, from its checkpoint: to measure it, or to draw samples."""

from __future__ import annotations

from gansearch.errors import StorageError
from gansearch.records import Assignment
from gansearch.space.configuration import resolve
from gansearch.storage import Storage
from gansearch.training import Lane, Pack
from gansearch.training.checkpoint import from_bytes
from gansearch.trial.context import TrialContext
from gansearch.trial.lane_run import checkpoint_path
from gansearch.trial.workbench import Workbench


def restore(assignment: Assignment, context: TrialContext, bench: Workbench) -> Pack:
    """A pack of one lane at the step of the trial's last checkpoint.

    Raises:
        StorageError: where the trial has no checkpoint.
    """
    storage = Storage(context.storage_url)
    path = checkpoint_path(assignment)
    if not storage.exists(path):
        raise StorageError(f"trial {assignment.identity} has no checkpoint at {path} in {context.storage_url}")
    pack = Pack([Lane(resolve(assignment.settings), assignment.seed)], bench.data, device=context.device)
    pack.load_lane_state(0, from_bytes(storage.read(path)))
    return pack
