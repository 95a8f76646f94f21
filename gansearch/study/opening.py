"""Makes and opens studies: names, the database, the lease."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from pathlib import Path

import optuna
from optuna.exceptions import DuplicatedStudyError

from gansearch.errors import StudyExistsError, StudyLockedError, StudyNotFoundError
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.storage.home import check_study_name
from gansearch.study import plugin_files, script_files
from gansearch.study.database import Database, create_database, has_database, memory_database, open_database
from gansearch.study.lease import Lease
from gansearch.study.metadata import ATTRIBUTE, Metadata, read_metadata, said, write_space
from gansearch.study.study_reader import StudyReader


def create(
    space: SearchSpace, name: str, storage: Storage, *, seed: int, plugins: Sequence[Path], url: str | None
) -> tuple[StudyReader, Lease]:
    """Make a study and take its lease."""
    check_study_name(name)
    check_free(name, storage, url)
    database = create_database(storage, url)
    try:
        lease = _new_study(space, name, database)
        try:
            plugin_files.keep(storage, plugins)
            space = script_files.keep(storage, space)
            metadata = write_space(storage, space, seed)
            study_id = database.optuna.get_study_id_from_name(name)
            database.optuna.set_study_user_attr(study_id, ATTRIBUTE, said(metadata))
            return StudyReader(name, storage, database), lease
        except BaseException:
            lease.release()
            raise
    except BaseException:
        database.close()
        raise


def in_memory(space: SearchSpace, name: str, storage: Storage, *, seed: int) -> tuple[StudyReader, Lease]:
    """Make a study of which nothing is kept: its space need not be what any YAML says.

    Args:
        space: what to search.
        name: of the study.
        storage: a folder, into which only records of lost runs are written, by whoever simulates a loss.
        seed: from which every random choice follows.
    """
    check_study_name(name)
    database = memory_database()
    lease = _new_study(space, name, database)
    study_id = database.optuna.get_study_id_from_name(name)
    metadata = Metadata(uuid.uuid4().hex, seed, "", time.time())
    database.optuna.set_study_user_attr(study_id, ATTRIBUTE, said(metadata))
    reader = StudyReader(name, storage, database)
    reader.space = space
    return reader, lease


def open_driven(name: str, storage: Storage, url: str | None) -> tuple[StudyReader, Lease]:
    """Open a study, take its lease, and bring it to this version's format."""
    if not has_database(storage):
        raise StudyNotFoundError(f"there is no study {name!r} in {storage.url}")
    database = open_database(storage, url)
    try:
        reader = StudyReader(name, storage, database)
        lease = Lease(database.optuna, reader.study_id, name)
        if reader.attributes[ATTRIBUTE] != said(reader.metadata):
            database.optuna.set_study_user_attr(reader.study_id, ATTRIBUTE, said(reader.metadata))
        return reader, lease
    except BaseException:
        database.close()
        raise


def check_free(name: str, storage: Storage, url: str | None = None) -> None:
    """Whether a study can be made under this name.

    Raises:
        StudyExistsError: where there is one.
    """
    if not has_database(storage):
        return
    database = open_database(storage, url)
    try:
        study_id = database.optuna.get_study_id_from_name(name)
        metadata = read_metadata(database.optuna.get_study_user_attrs(study_id), name)
    except KeyError:
        return
    finally:
        database.close()
    if metadata is not None:
        raise _taken(name, storage.url)


def _new_study(space: SearchSpace, name: str, database: Database) -> Lease:
    """The Optuna study and its lease.

    One that an earlier launch began and never made whole is made anew; of two launches at once, the one that gets the
    lease makes it.
    """
    directions = [objective.direction for objective in space.plan.objectives]
    try:
        optuna.create_study(study_name=name, storage=database.optuna, directions=directions)
        is_new = True
    except DuplicatedStudyError:
        is_new = False
    study_id = database.optuna.get_study_id_from_name(name)
    try:
        lease = Lease(database.optuna, study_id, name)
    except StudyLockedError as error:
        raise StudyExistsError(f"a study called {name!r} is being made by another launch: {error}") from error
    if read_metadata(database.optuna.get_study_user_attrs(study_id), name) is not None:
        lease.release()
        raise _taken(name, "its storage")
    wanted = [optuna.study.StudyDirection[direction.upper()] for direction in directions]
    if is_new or database.optuna.get_study_directions(study_id) == wanted:
        return lease
    lease.release()
    database.optuna.delete_study(study_id)
    return _new_study(space, name, database)


def _taken(name: str, where: str) -> StudyExistsError:
    return StudyExistsError(
        f"a study called {name!r} exists already in {where}; continue it with: gansearch resume {name}, "
        "or choose another name with --name"
    )
