"""What a trial's own record says about it, where the study has not heard of it: its worker or driver was lost."""

from __future__ import annotations

from collections.abc import Sequence

from gansearch.curves import Curve, read_curve
from gansearch.records import TrialEnd, TrialIdentity
from gansearch.space.plan import Objective
from gansearch.storage import Storage
from gansearch.study.objective import evaluation_values
from gansearch.study.replicate import Replicate


def recorded_curve(storage: Storage, identity: TrialIdentity) -> Curve:
    """The trial's record.

    Raises:
        CorruptFileError: where it is damaged.
    """
    records, _ = read_curve(storage, identity)
    return Curve.of(records)


def take_over(replicate: Replicate, curve: Curve, objectives: Sequence[Objective]) -> TrialEnd | None:
    """Let a replicate know what was recorded; the end that was recorded and never reported, or None.

    A record may be ahead of the study: the worker writes first and reports then. What a resumed attempt does again
    gives the same values, so that nothing is counted twice.
    """
    for evaluation in curve.evaluations:
        if not evaluation.final:
            replicate.rungs.setdefault(evaluation.epoch, evaluation_values(evaluation, objectives))
        else:
            replicate.final = evaluation_values(evaluation, objectives)
    replicate.epoch = max([replicate.epoch, *replicate.rungs])
    replicate.seconds = max(replicate.seconds, curve.seconds)
    is_newest = curve.attempt == replicate.attempt
    return curve.end if is_newest and curve.end is not None and curve.end.end.is_final else None


def has_begun(replicate: Replicate, curve: Curve) -> bool:
    """Whether a worker has started the replicate's newest attempt."""
    return curve.attempt is not None and curve.attempt >= replicate.attempt
