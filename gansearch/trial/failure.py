"""Turns an exception within a trial into its recorded end."""

from __future__ import annotations

import time
import traceback
from collections.abc import Sequence

import torch

from gansearch.curves import CurveWriter, Record
from gansearch.errors import GansearchError
from gansearch.records import Assignment, End, LaneReport, TrialEnd, to_json
from gansearch.storage import Storage
from gansearch.trial import provenance


def failed_at_start(
    assignments: Sequence[Assignment], storage: Storage, error: Exception, seconds: float
) -> list[LaneReport]:
    """The reports of a pack that could not be built, recorded like any other end."""
    end = TrialEnd(end_of(error), reason_of(error), 0, 0)
    for assignment in assignments:
        writer = CurveWriter(storage, assignment.identity, assignment.attempt)
        about = {"from_step": 0, "started": time.time(), "versions": provenance.versions(), "seed": assignment.seed}
        writer.append(Record("attempt", assignment.attempt, about))
        writer.append(Record("end", assignment.attempt, to_json(end)))
        writer.close()
    return [LaneReport(each.identity, each.attempt, 0, 0, end=end, seconds=seconds) for each in assignments]


def end_of(error: Exception) -> End:
    """The kind of end that an exception is."""
    return End.OUT_OF_MEMORY if isinstance(error, (MemoryError, torch.OutOfMemoryError)) else End.FAILED


def reason_of(error: Exception) -> str:
    """The message for what a user can mend; with the place in the code for anything else."""
    if isinstance(error, GansearchError):
        return str(error)
    where = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({where.name}, {where.filename.rpartition('/')[2]}:{where.lineno})"
