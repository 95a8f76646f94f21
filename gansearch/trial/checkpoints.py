"""A trial's checkpoint: written beside the one before, and valid from the moment that the trial's record names it.

So a worker that has been replaced can leave a file behind, but nobody reads it: naming it in the record is refused by
the fence, under the record's lock. Files are ``checkpoints/<identity>/<attempt>-<step>.safetensors`` and never change.
Studies of format 1 have ``checkpoints/<identity>.safetensors``, named by their records all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

from gansearch.curves import Curve, read_curve
from gansearch.curves.curve import SavedState
from gansearch.errors import CorruptFileError
from gansearch.records import Assignment, TrialIdentity
from gansearch.storage import Storage
from gansearch.training.checkpoint import from_bytes
from gansearch.training.state import LaneState

FOLDER = "checkpoints"
SUFFIX = ".safetensors"


def write(storage: Storage, assignment: Assignment, step: int, content: bytes, name: Callable[[str], None]) -> None:
    """Write a checkpoint and let it take the place of the trial's earlier ones.

    Args:
        storage: of the study.
        assignment: the trial; its attempt must not have been replaced.
        step: generator updates done.
        content: as ``training.checkpoint.to_bytes`` makes it.
        name: writes the path into the trial's record, durably; raises where the attempt has been replaced.
    """
    path = f"{FOLDER}/{assignment.identity}/{assignment.attempt}-{step}{SUFFIX}"
    storage.write(path, content)
    name(path)
    storage.delete_unfinished(f"{FOLDER}/{assignment.identity}")
    for older in files(storage, assignment.identity):
        if _place(older) < (assignment.attempt, step):
            storage.delete(older)


def read_latest(storage: Storage, identity: TrialIdentity) -> LaneState | None:
    """The state of the trial's last checkpoint; None where it has none, or where it has been removed.

    Raises:
        CorruptFileError: where the checkpoint or the trial's record is damaged.
    """
    saved = _named(storage, identity)
    return None if saved is None else _load(storage, saved)


def saved_step(storage: Storage, identity: TrialIdentity) -> int:
    """The step from which the trial can be gone on with; 0 without a checkpoint that can be read.

    Raises:
        CorruptFileError: where the trial's record is damaged.
    """
    state, _ = readable(storage, identity)
    return 0 if state is None else state.step


def readable(storage: Storage, identity: TrialIdentity) -> tuple[LaneState | None, str | None]:
    """The state to go on from, and what is wrong with the checkpoint where one is damaged: the trial begins anew then.

    Beginning anew costs time and nothing else: the same steps come out again.

    Raises:
        CorruptFileError: where the trial's record is damaged.
    """
    saved = _named(storage, identity)
    if saved is None:
        return None, None
    try:
        return _load(storage, saved), None
    except CorruptFileError as error:
        return None, str(error)


def delete(storage: Storage, identity: TrialIdentity) -> None:
    """Remove every checkpoint of a trial."""
    for path in files(storage, identity):
        storage.delete(path)


def files(storage: Storage, identity: TrialIdentity) -> list[str]:
    """The files of a trial's checkpoints, one as a rule."""
    of_format_1 = f"{FOLDER}/{identity}{SUFFIX}"
    found = [path for path in storage.list(f"{FOLDER}/{identity}") if path.endswith(SUFFIX)]
    return [*found, of_format_1] if storage.exists(of_format_1) else found


def _named(storage: Storage, identity: TrialIdentity) -> SavedState | None:
    """The checkpoint that the trial's record names, unless it has been removed."""
    saved = Curve.of(read_curve(storage, identity)[0]).checkpoint
    return saved if saved is not None and storage.exists(saved.path) else None


def _load(storage: Storage, saved: SavedState) -> LaneState:
    where = f"{storage.url}/{saved.path}"
    try:
        state = from_bytes(storage.read(saved.path))
    except CorruptFileError as error:
        raise CorruptFileError(f"{where} is damaged: {error}") from error
    # A file of format 1 was replaced before its record was written, and may be ahead of it.
    if state.step != saved.step and _is_fixed(saved.path):
        raise CorruptFileError(f"{where} must be the checkpoint of step {saved.step}; it is of step {state.step}")
    return state


def _place(path: str) -> tuple[int, int]:
    """Attempt and step of a checkpoint's file; before all others for one of format 1."""
    if not _is_fixed(path):
        return -1, -1
    attempt, _, step = PurePosixPath(path).stem.partition("-")
    return int(attempt), int(step)


def _is_fixed(path: str) -> bool:
    """Whether the file is written once and never replaced."""
    return len(PurePosixPath(path).parts) == 3
