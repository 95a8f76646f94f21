"""The one folder under which everything is kept: ``$GANSEARCH_HOME``, or ``~/.gansearch``."""

from __future__ import annotations

import os
import re
from pathlib import Path

from gansearch.errors import StudyError

VARIABLE = "GANSEARCH_HOME"
STUDY_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
"""What a study may be called, since it names folders and files."""


def home() -> Path:
    """The folder, absolute; it need not exist yet."""
    given = os.environ.get(VARIABLE)
    return Path(given).expanduser().absolute() if given else Path.home() / ".gansearch"


def check_study_name(name: str) -> None:
    """Whether a study may be called ``name``, which thereby stays within the folder of studies.

    Raises:
        StudyError: where it may not.
    """
    if not STUDY_NAME.fullmatch(name):
        raise StudyError(
            f"a study's name must have at most 100 letters, digits, dots, dashes and underscores; got {name!r}"
        )


def studies_dir() -> Path:
    """One folder per study, where ``GANSEARCH_STORAGE`` names no other place."""
    return home() / "studies"


def study_dir(name: str) -> Path:
    """The folder of the study called ``name`` on this machine."""
    return studies_dir() / name


def cache_dir() -> Path:
    """Downloads, decoded pictures, extractors, features of real samples and noise floors, by content."""
    return home() / "cache"


def mlflow_database() -> Path:
    """The SQLite file that MLflow writes by default."""
    return home() / "mlflow.db"


def mlflow_artifacts_dir() -> Path:
    """Where MLflow keeps artifacts by default."""
    return home() / "mlartifacts"
