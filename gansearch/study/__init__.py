"""What to try and what became of it: the only Optuna code."""

from gansearch.study.status import StudyStatus, TrialRow
from gansearch.study.stopping import request_stop
from gansearch.study.study import Study
from gansearch.study.study_reader import StudyReader, list_studies, open_readonly

__all__ = ["Study", "StudyReader", "StudyStatus", "TrialRow", "list_studies", "open_readonly", "request_stop"]
