"""No secret of an address comes out: not in what is said, kept, reported, or logged."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from gansearch.errors import TrackingError
from gansearch.executors.hand_over import track_command
from gansearch.executors.launch import LaunchOptions, launch
from gansearch.executors.preflight import check_tracking
from gansearch.executors.tracking_again import track_study
from gansearch.space import SearchSpace
from gansearch.tracking import check_uri
from gansearch.tracking.links import run_page
from gansearch.tracking.trouble import Trouble

Ring = Callable[..., SearchSpace]
SECRET = "s3cr3t"


@pytest.fixture
def server() -> str:
    """A tracking URI with a password, at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://me:{SECRET}@127.0.0.1:{probe.getsockname()[1]}"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trouble is told at once, and the end of a launch does not wait for it to pass."""
    monkeypatch.setattr("gansearch.executors.launch_run.HAND_OVER_S", 0.5)
    monkeypatch.setattr("gansearch.tracking.trouble.PATIENCE_S", 0.0)


@pytest.mark.usefixtures("impatient")
@pytest.mark.verify  # mostly imports of what a launch needs
def test_a_launch_lets_out_no_password_of_the_tracking_server(
    ring: Ring,
    server: str,
    gansearch_home: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    said: list[str] = []
    options = LaunchOptions(executor="local", tracking_uri=server)
    with caplog.at_level(logging.DEBUG, "gansearch"):
        launch(ring(plan__trials=1, training__epochs=1), options, say=said.append)
        with pytest.raises(TrackingError, match=r"MLflow must answer at http://127\.0\.0\.1:") as caught:
            track_study("rings", tracking_uri=server)
    files = {path: path.read_bytes() for path in gansearch_home.rglob("*") if path.is_file()}

    assert any("MLflow cannot be brought up to date now" in each for each in said)
    assert any("gansearch track rings --tracking-uri http://127.0.0.1:" in each for each in said)
    assert len(files) > 5
    assert [path for path, content in files.items() if SECRET.encode() in content] == []
    assert SECRET not in "\n".join([*said, str(caught.value), caplog.text, *capfd.readouterr()])


def test_the_preflight_says_the_host_alone(server: str) -> None:
    said: list[str] = []
    check_tracking(server, said.append)

    assert said[0].startswith(f"MLflow does not answer at {server.replace(f'me:{SECRET}@', '')} (")


def test_an_address_of_no_store_is_refused_without_its_password() -> None:
    with pytest.raises(TrackingError, match="got 'oracle://me@host/x'"):
        check_uri(f"oracle://me:{SECRET}@host/x")


def test_the_page_of_a_run_has_no_user() -> None:
    page = run_page(f"https://me:{SECRET}@mlflow.example/base/", "1", "abc")

    assert page is not None
    assert page.startswith("https://mlflow.example/base/#/experiments/1/runs/abc")


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("uri", [f"http://me:{SECRET}@host:5000", f"postgresql://me:{SECRET}@host/mlflow"])
def test_what_is_told_of_mlflow_hides_what_mlflow_says(uri: str) -> None:
    said: list[str] = []
    trouble = Trouble(uri, "digits", said.append)
    trouble.failed(OSError(f"API request to {uri}/api failed: {SECRET}"))
    trouble.went_well()
    trouble.failed(OSError(f"{uri}: file is not a database"))
    trouble.refused(1, ValueError(f"{uri} refuses it"))

    assert len(said) == 4
    assert SECRET not in "".join(said)
    assert SECRET not in str(trouble.reason)
    assert SECRET not in track_command("digits", uri)
