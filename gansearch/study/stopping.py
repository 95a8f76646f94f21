"""The user's wish that a study stop, from any process."""

from __future__ import annotations

from gansearch.errors import StudyNotFoundError
from gansearch.storage import Storage
from gansearch.study.database import has_database, open_database
from gansearch.study.lease import living_holder
from gansearch.study.study import Study
from gansearch.study.study_reader import STOP, StudyReader


def request_stop(name: str, storage: Storage, *, discard: bool = False, database_url: str | None = None) -> bool:
    """Ask the driver of a study to stop; it does within about a second.

    Args:
        name: of the study.
        storage: the study's own folder.
        discard: prune what has not ended, instead of leaving it to be resumed; without a driver this is done here.
        database_url: where the one that is kept lacks a password.

    Returns:
        Whether somebody drives the study.

    Raises:
        StudyNotFoundError: where there is none.
        StudyLockedError: where somebody begins to drive it at this moment.
    """
    if not has_database(storage):
        raise StudyNotFoundError(f"there is no study {name!r} in {storage.url}")
    with StudyReader(name, storage, open_database(storage, database_url)) as reader:
        if living_holder(reader.attributes) is not None:
            reader.database.optuna.set_study_user_attr(reader.study_id, STOP, {"discard": discard})
            return True
    if discard:
        with Study.open(name, storage, database_url=database_url) as study:
            study.discard()
    return False
