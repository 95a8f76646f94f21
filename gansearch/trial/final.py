"""The evaluation of the end, with 10,000 samples, of a trial that has completed."""

from __future__ import annotations

import torch

from gansearch.curves import Curve, CurveWriter, Record, read_curve
from gansearch.records import Assignment, Evaluation, TrialIdentity, to_json
from gansearch.space.script import is_script
from gansearch.storage import Storage
from gansearch.trial.context import TrialContext
from gansearch.trial.device import check_device
from gansearch.trial.measuring import FINAL, measure
from gansearch.trial.restore import restore
from gansearch.trial.workbench import open_workbench


def evaluate_final(assignment: Assignment, context: TrialContext) -> Evaluation | None:
    """Measure a completed trial by the protocol of the end and add it to its record; once, however often called.

    Returns:
        The evaluation; None of a trial with a script, whose generator can be asked for samples only while it runs.

    Raises:
        StorageError: where the trial has no checkpoint, or its record cannot be written.
        ExecutorError: where it is to be done on CUDA, and there is none here.
    """
    if is_script(assignment.settings):
        return None
    torch.set_num_threads(context.threads)
    storage = Storage(context.storage_url)
    measured = _final(storage, assignment.identity)
    if measured is not None:
        return measured
    check_device(context.device)
    bench = open_workbench(assignment.settings, context)
    pack = restore(assignment, context, bench)
    ((evaluation, _),) = measure(pack, bench, FINAL, use_average=context.use_average)
    writer = CurveWriter(storage, assignment.identity, assignment.attempt)
    writer.append(Record("evaluation", assignment.attempt, to_json(evaluation)))
    writer.close()
    return evaluation


def is_measured(storage: Storage, identity: TrialIdentity) -> bool:
    """Whether the record of a trial has an evaluation by the protocol of the end.

    Raises:
        StorageError: where it cannot be read.
    """
    return _final(storage, identity) is not None


def _final(storage: Storage, identity: TrialIdentity) -> Evaluation | None:
    records, _ = read_curve(storage, identity)
    return next((done for done in Curve.of(records).evaluations if done.final), None)
