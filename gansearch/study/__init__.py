"""What to try and what became of it: the only Optuna code.

The names are loaded when they are first asked for: most of them need Optuna and the plug-ins of the search space.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gansearch.study.status import StudyStatus, TrialRow
    from gansearch.study.stopping import request_stop
    from gansearch.study.study import Study
    from gansearch.study.study_reader import StudyReader, list_studies, open_readonly

__all__ = ["Study", "StudyReader", "StudyStatus", "TrialRow", "list_studies", "open_readonly", "request_stop"]

_HOME = {
    "Study": "study",
    "StudyReader": "study_reader",
    "StudyStatus": "status",
    "TrialRow": "status",
    "list_studies": "study_reader",
    "open_readonly": "study_reader",
    "request_stop": "stopping",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
