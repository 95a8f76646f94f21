"""Addresses of stores, artifacts and pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from gansearch.tracking.links import run_page
from gansearch.tracking.location import artifact_location, artifact_root, default_uri, is_server


def test_the_default_store_lies_in_the_home(tmp_path: Path) -> None:
    assert default_uri(tmp_path) == f"sqlite:///{tmp_path}/mlflow.db"
    assert artifact_root(tmp_path) == f"file://{tmp_path}/mlartifacts"


@pytest.mark.parametrize(
    ("uri", "server"),
    [
        ("http://tracking:5000", True),
        ("https://tracking", True),
        ("sqlite:////data/mlflow.db", False),
        ("postgresql://someone@host/runs", False),
    ],
)
def test_a_server_decides_where_artifacts_go(uri: str, server: bool) -> None:
    assert is_server(uri) is server
    location = artifact_location(uri, "s3://bucket/artifacts/", "digits")
    assert location == (None if server else "s3://bucket/artifacts/digits")


def test_only_a_server_has_pages() -> None:
    assert (
        run_page("http://tracking:5000/", "3", "ab")
        == "http://tracking:5000/#/experiments/3/runs/ab?workflowType=machine_learning"
    )
    assert run_page("sqlite:///mlflow.db", "3", "ab") is None


def test_the_variable_of_mlflow_is_heard(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:5000")
    assert default_uri(tmp_path) == "http://127.0.0.1:5000"
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    assert default_uri(tmp_path) == f"sqlite:///{tmp_path}/mlflow.db"
