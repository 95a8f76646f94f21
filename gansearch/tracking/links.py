"""Addresses of runs in MLflow's pages."""

from __future__ import annotations

from gansearch.errors import TrackingError
from gansearch.storage.masking import masked, shown
from gansearch.tracking.location import is_server, sqlite_file
from gansearch.tracking.silence import import_mlflow, prepare_environment
from gansearch.tracking.store import check_sound

VIEW = "?workflowType=machine_learning"
"""Without it MLflow 3.17 shows a run as if it were one of an agent."""


def run_page(uri: str, experiment_id: str, run_id: str) -> str | None:
    """The page of a run on the server at ``uri``, or None where that is a store without pages."""
    if not is_server(uri):
        return None
    return f"{shown(uri).rstrip('/')}/#/experiments/{experiment_id}/runs/{run_id}{VIEW}"


def run_links(uri: str, study: str, *, pages: str | None = None) -> dict[str, str]:
    """The pages of a study's trials.

    Args:
        uri: the tracking store or server.
        study: the study's name.
        pages: address of a server that shows the store at ``uri``; None where ``uri`` is itself the server.

    Returns:
        Address by trial identity; empty where the store knows nothing of the study, or no server shows it.

    Raises:
        TrackingError: where the store cannot be reached, or is damaged.
    """
    server = pages if pages is not None else uri
    file = sqlite_file(uri)
    if not is_server(server) or (file is not None and not file.is_file()):
        return {}
    check_sound(uri)
    prepare_environment()
    import_mlflow()
    from mlflow.exceptions import MlflowException

    try:
        found = _runs(uri, study)
    except MlflowException as error:
        raise TrackingError(f"the tracking store {shown(uri)} must answer; got: {masked(error.message, uri)}") from None
    pages = f"{shown(server).rstrip('/')}/#/experiments"
    return {name: f"{pages}/{home}/runs/{run_id}{VIEW}" for name, (home, run_id) in found.items()}


def _runs(uri: str, study: str) -> dict[str, tuple[str, str]]:
    """Experiment and run of every trial, by identity; the newest where there are several."""
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=uri)
    experiment = client.get_experiment_by_name(study)
    found: dict[str, tuple[str, str]] = {}
    token = "" if experiment is not None else None
    while token is not None:
        page = client.search_runs(
            [experiment.experiment_id], "tags.`gansearch.kind` = 'trial'", page_token=token or None
        )
        for run in page:
            found.setdefault(run.data.tags["gansearch.identity"], (experiment.experiment_id, run.info.run_id))
        token = page.token or None
    return found
