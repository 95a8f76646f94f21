"""The only MLflow code: a projection of what happened."""

from gansearch.tracking.experiment import Experiment
from gansearch.tracking.links import run_links
from gansearch.tracking.location import artifact_root, check_uri, default_uri, is_server
from gansearch.tracking.mlflow_tracker import MlflowTracker
from gansearch.tracking.run_status import run_status
from gansearch.tracking.source import LaunchAbout, Recorded, Source, StudyAbout, TrialAbout
from gansearch.tracking.up_to_date import UpToDate, bring_up_to_date

__all__ = [
    "Experiment",
    "LaunchAbout",
    "MlflowTracker",
    "Recorded",
    "Source",
    "StudyAbout",
    "TrialAbout",
    "UpToDate",
    "artifact_root",
    "bring_up_to_date",
    "check_uri",
    "default_uri",
    "is_server",
    "run_links",
    "run_status",
]
