"""Where runs are tracked when the command line does not say: MLflow's own variable, or a store under one home."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from gansearch.errors import TrackingError
from gansearch.storage.home import home as home_folder
from gansearch.storage.masking import shown

VARIABLE = "MLFLOW_TRACKING_URI"
_SERVERS = ("http", "https")
_STORES = (*_SERVERS, "", "file", "sqlite", "postgresql", "mysql", "mssql", "databricks")


def default_uri(home: Path | None = None) -> str:
    """Where runs go unless the user says: ``$MLFLOW_TRACKING_URI``, or else the SQLite store ``<home>/mlflow.db``.

    The home is ``$GANSEARCH_HOME`` unless given.
    """
    return os.environ.get(VARIABLE) or f"sqlite:///{(home or home_folder()).resolve() / 'mlflow.db'}"


def artifact_root(home: Path | None = None) -> str:
    """The folder ``<home>/mlartifacts`` as a URI. Without one MLflow would write below the working directory."""
    return ((home or home_folder()).resolve() / "mlartifacts").as_uri()


def artifact_location(uri: str, root: str, study: str) -> str | None:
    """Where a study's artifacts go, or None where a server decides that itself.

    Args:
        uri: the tracking URI.
        root: folder or object store of all studies' artifacts.
        study: name of the study, the last part of the address.
    """
    if is_server(uri):
        return None
    return f"{root.rstrip('/')}/{study}"


def check_uri(uri: str) -> None:
    """Whether MLflow has a store for such an address.

    Raises:
        TrackingError: where it has none.
    """
    scheme = urlsplit(uri).scheme.partition("+")[0]
    if scheme not in _STORES:
        known = ", ".join(f"{name}://" for name in _STORES if name)
        raise TrackingError(f"a tracking URI must be a folder or begin with one of {known}; got {shown(uri)!r}")


def sqlite_file(uri: str) -> Path | None:
    """The file of a SQLite store, or None for a store of another kind."""
    return Path(uri.removeprefix("sqlite:///")) if uri.startswith("sqlite:///") else None


def is_server(uri: str) -> bool:
    """Whether ``uri`` is a server, which has pages to link to, rather than a store that this process writes itself."""
    return urlsplit(uri).scheme in _SERVERS
