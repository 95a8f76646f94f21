"""Turns an exception within a trial into its recorded end, and records ends of trials that no pack holds."""

from __future__ import annotations

import time
import traceback
from typing import Final

import torch

from gansearch.curves import Curve, CurveWriter, Record, read_curve
from gansearch.errors import GansearchError
from gansearch.records import Assignment, End, LaneReport, TrialEnd, to_json
from gansearch.storage import Storage
from gansearch.trial import provenance

_SHORT_OF_MEMORY: Final = ("DefaultCPUAllocator: can't allocate memory", "CUDA error: out of memory", "ALLOC_FAILED")
"""What torch says where it raises a plain RuntimeError instead of its OutOfMemoryError."""


def ended_unheld(
    assignment: Assignment, storage: Storage, end: TrialEnd, *, lanes: int, seconds: float = 0.0
) -> LaneReport:
    """The report of a trial that ends while no pack holds it, recorded like any other end.

    Args:
        assignment: the trial.
        storage: of the study.
        end: its step is the one that the trial would have gone on from.
        lanes: K of the pack that it was meant for.
        seconds: spent on it since its last record.
    """
    past = Curve.of(read_curve(storage, assignment.identity)[0]).seconds
    writer = CurveWriter(storage, assignment.identity, assignment.attempt)
    about = {
        "from_step": end.step,
        "started": time.time(),
        "versions": provenance.versions(),
        "lanes": lanes,
        "seed": assignment.seed,
    }
    writer.append(Record("attempt", assignment.attempt, about))
    writer.append(Record("end", assignment.attempt, to_json(end)))
    writer.close()
    return LaneReport(assignment.identity, assignment.attempt, end.step, end.epoch, end=end, seconds=past + seconds)


def end_of(error: Exception) -> End:
    """The kind of end that an exception is."""
    return End.OUT_OF_MEMORY if is_out_of_memory(error) else End.FAILED


def is_out_of_memory(error: Exception) -> bool:
    """Whether memory was short, be it the device's or the machine's."""
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in _SHORT_OF_MEMORY)


def reason_of(error: Exception) -> str:
    """The message for what a user can mend; with the place in the code for anything else."""
    if isinstance(error, GansearchError):
        return str(error)
    where = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({where.name}, {where.filename.rpartition('/')[2]}:{where.lineno})"
