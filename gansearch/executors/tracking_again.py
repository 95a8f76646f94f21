"""Brings MLflow up to date with a study at rest, from its records and decisions alone; or writes all of it anew."""

from __future__ import annotations

from contextlib import closing

from gansearch.executors.study_source import StudySource
from gansearch.storage.place import study_storage
from gansearch.study.launches import close_left_launches
from gansearch.study.opening import open_driven
from gansearch.tracking import Experiment, UpToDate, bring_up_to_date, default_uri


def track_study(
    name: str, *, tracking_uri: str | None = None, rebuild: bool = False, is_checked: bool = True
) -> UpToDate:
    """Write what MLflow lacks of a study, and check by reading it back that it has everything.

    It holds the study's lease meanwhile: a driver writes MLflow itself, and two writers would make runs twice.

    Args:
        name: of the study.
        tracking_uri: of MLflow; None takes SQLite in GANSEARCH_HOME.
        rebuild: delete the study's runs in MLflow first.
        is_checked: whether to read everything back.

    Raises:
        StudyNotFoundError: where there is no such study.
        StudyLockedError: where somebody drives it.
        TrackingError: where MLflow does not answer, or its store is damaged.
        StorageError: where the study's folder cannot be read, or the lease not be written to it.
    """
    storage = study_storage(name)
    reader, lease = open_driven(name, storage, None)
    with closing(reader):
        try:
            close_left_launches(storage)
            source = StudySource(storage, reader.space, reader.seed, reader.trials(), name)
            experiment = Experiment(tracking_uri or default_uri(), name, study_id=reader.metadata.id)
            return bring_up_to_date(experiment, source, source.trials, rebuild=rebuild, is_checked=is_checked)
        finally:
            lease.release()
