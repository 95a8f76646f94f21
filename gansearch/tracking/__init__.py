"""The only MLflow code: a projection of what happened."""

from gansearch.tracking.links import run_links
from gansearch.tracking.location import artifact_root, check_uri, default_uri, is_server
from gansearch.tracking.mlflow_tracker import MlflowTracker
from gansearch.tracking.run_status import run_status

__all__ = ["MlflowTracker", "artifact_root", "check_uri", "default_uri", "is_server", "run_links", "run_status"]
