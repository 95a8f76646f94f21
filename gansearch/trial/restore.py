"""A trained trial again, from its checkpoint: to measure it, or to draw samples."""

from __future__ import annotations

from gansearch.errors import StorageError
from gansearch.records import Assignment
from gansearch.space.configuration import resolve
from gansearch.storage import Storage
from gansearch.training import Lane, Pack
from gansearch.trial.checkpoints import read_latest
from gansearch.trial.context import TrialContext
from gansearch.trial.workbench import Workbench


def restore(assignment: Assignment, context: TrialContext, bench: Workbench) -> Pack:
    """A pack of one lane at the step of the trial's last checkpoint.

    Raises:
        StorageError: where the trial has no checkpoint, or it has been removed.
        CorruptFileError: where it is damaged.
    """
    state = read_latest(Storage(context.storage_url), assignment.identity)
    if state is None:
        raise StorageError(
            f"the trial {assignment.identity} must have a checkpoint; {context.storage_url} has none of it: it ended "
            "before its first one, or the checkpoint has been removed (keep: in the space, or gansearch prune)"
        )
    pack = Pack([Lane(resolve(assignment.settings), assignment.seed)], bench.data, device=context.device)
    pack.load_lane_state(0, state)
    return pack
