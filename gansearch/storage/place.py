"""Where studies lie: in the home folder, or where ``$GANSEARCH_STORAGE`` says, an fsspec URL that machines share."""

from __future__ import annotations

import os

from gansearch.storage.home import check_study_name, studies_dir
from gansearch.storage.storage import Storage

VARIABLE = "GANSEARCH_STORAGE"


def studies_storage() -> Storage:
    """One folder per study.

    Raises:
        StorageError: where no installed file system serves the URL.
    """
    return Storage(os.environ.get(VARIABLE) or studies_dir())


def study_storage(name: str) -> Storage:
    """The folder of the study called ``name``.

    Raises:
        StudyError: where no study may be called so.
        StorageError: where no installed file system serves the URL.
    """
    check_study_name(name)
    return studies_storage().folder(name)
