"""Ends a study, or one trial of it, from any process."""

from __future__ import annotations

from gansearch.errors import StudyError, StudyNotFoundError
from gansearch.storage import Storage
from gansearch.study.database import has_database, open_database
from gansearch.study.lease import living_holder
from gansearch.study.study import Study
from gansearch.study.study_reader import StudyReader
from gansearch.study.wishes import wish


def request_stop(
    name: str,
    storage: Storage,
    *,
    number: int | None = None,
    discard: bool = False,
    database_url: str | None = None,
) -> bool:
    """Ask the driver of a study to stop it, or one trial of it; it does within about a second.

    Args:
        name: of the study.
        storage: the study's own folder.
        number: of the trial; None for the whole study.
        discard: prune what has not ended, instead of leaving it to be resumed; without a driver this is done here.
        database_url: where the one that is kept lacks a password.

    Returns:
        Whether somebody drives the study.

    Raises:
        StudyNotFoundError: where there is none.
        StudyError: where there is no such trial, or it has ended.
        StudyLockedError: where somebody begins to drive it at this moment.
    """
    if not has_database(storage):
        raise StudyNotFoundError(f"there is no study {name!r} in {storage.url}")
    with StudyReader(name, storage, open_database(storage, database_url)) as reader:
        if number is not None:
            _check(reader, number)
        if living_holder(reader.attributes) is not None:
            wish(reader.database.optuna, reader.study_id, number=number, discard=discard)
            return True
    if discard:
        with Study.open(name, storage, database_url=database_url) as study:
            study.discard(number)
    return False


def _check(reader: StudyReader, number: int) -> None:
    """Whether there is such a trial and it has not ended.

    Raises:
        StudyError: where one of the two does not hold.
    """
    if reader.trial(number).state.is_finished():
        ends = ", ".join(str(row.end) for row in reader.trials() if row.number == number)
        raise StudyError(f"a trial that is stopped must not have ended; {reader.name}-{number} has: {ends}")
