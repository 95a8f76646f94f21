from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from gansearch.errors import ExecutorError, TrackingError
from gansearch.executors.launch import LaunchOptions, launch
from gansearch.executors.preflight import check_address, check_tracking
from gansearch.space import SearchSpace
from gansearch.storage.home import study_dir

Ring = Callable[..., SearchSpace]


@pytest.fixture
def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.mark.parametrize("address", ["nohost", "host:port", "127.0.0.1"])
def test_an_address_has_a_host_and_a_port(address: str) -> None:
    with pytest.raises(ExecutorError, match=rf"must be HOST:PORT, .*; got '{address}'"):
        check_address(address)


def test_somebody_must_listen(closed_port: int) -> None:
    with pytest.raises(ExecutorError, match=rf"no Ray cluster listens at ray://127.0.0.1:{closed_port}: "):
        check_address(f"ray://127.0.0.1:{closed_port}")


def test_an_address_where_somebody_listens_passes() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        check_address(f"127.0.0.1:{listening.getsockname()[1]}")
    check_address(None)
    check_address("auto")


def test_a_bad_address_makes_no_study(ring: Ring, closed_port: int) -> None:
    with pytest.raises(ExecutorError, match="no Ray cluster listens"):
        launch(ring(), LaunchOptions(address=f"127.0.0.1:{closed_port}"))
    assert not study_dir("rings").exists()


def test_a_senseless_tracking_uri_makes_no_study(ring: Ring) -> None:
    with pytest.raises(TrackingError, match=r"must be a folder or begin with one of http://.*; got 'foo://bar'"):
        launch(ring(), LaunchOptions(executor="local", tracking_uri="foo://bar"))
    assert not study_dir("rings").exists()


def test_a_server_that_does_not_answer_is_told_of(closed_port: int) -> None:
    said: list[str] = []
    check_tracking(f"http://127.0.0.1:{closed_port}", said.append)
    check_tracking("sqlite:///store.db", said.append)
    (sentence,) = said
    assert f"MLflow does not answer at http://127.0.0.1:{closed_port}" in sentence
