"""Which runs are measured by the protocol of the end, and which of them have not been."""

from __future__ import annotations

from gansearch.errors import StorageError
from gansearch.records import Assignment
from gansearch.storage import Storage
from gansearch.study import Study
from gansearch.study.retention import MEASURED_AT_END
from gansearch.trial.final import is_measured


def best_runs(study: Study) -> list[Assignment]:
    """The runs of the best trials that have completed, the best first; none of a script."""
    return [] if study.space.script else study.best_assignments(MEASURED_AT_END * study.space.plan.replicates)


def unmeasured_runs(study: Study) -> list[Assignment]:
    """Those of the best that have not been measured yet."""
    return [each for each in best_runs(study) if not _is_measured(study.storage, each)]


def _is_measured(storage: Storage, assignment: Assignment) -> bool:
    try:
        return is_measured(storage, assignment.identity)
    except StorageError:  # measuring it tells what is wrong
        return False
