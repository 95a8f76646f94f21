"""What starts a node of Ray, and what is left of one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gansearch.errors import ExecutorError
from gansearch.executors.own_cluster.layout import Layout
from gansearch.executors.own_cluster.ports import choose_ports
from gansearch.executors.own_cluster.private_files import ensure_secret
from gansearch.executors.own_cluster.ray_nodes import (
    HEAD,
    keep_logs,
    make_ray_folder,
    node_command,
    nodes,
    port_names,
    worker_names,
)
from gansearch.executors.own_cluster.state import State, new_ray_folder
from tests.executors.own_cluster.test_state import STATE


@pytest.fixture
def state(folder: Layout) -> Iterator[State]:
    """Of a cluster that is about to start."""
    ensure_secret(folder.token)
    names = [port for node in (HEAD, *worker_names(2)) for port in port_names(node)]
    planned = replace(STATE, num_gpus=2, ports=choose_ports(names, {}), ray_folder=new_ray_folder(), parts=())
    yield planned
    Path(planned.ray_folder).unlink(missing_ok=True)


def test_the_head_runs_no_trials_and_a_worker_has_what_is_asked_for(folder: Layout, state: State) -> None:
    head, worker = (node_command(folder, state, name, {}).arguments for name in (HEAD, "worker-2"))

    assert {"--head", "--num-cpus=0", "--num-gpus=0", "--dashboard-host=127.0.0.1"} <= set(head)
    address = f"--address=127.0.0.1:{state.ports['head.port']}"
    assert {address, "--node-name=worker-2", "--num-cpus=1", "--num-gpus=2"} <= set(worker)
    assert "--head" not in worker


def test_a_node_knows_the_token_by_its_file_alone(
    folder: Layout, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("RAY_ADDRESS", "RAY_AUTH_TOKEN", "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"):
        monkeypatch.setenv(name, "of another cluster")
    command = node_command(folder, state, HEAD, {"GANSEARCH_HOME": "/home"})

    assert folder.token.read_text() not in " ".join([*command.arguments, *command.environment.values()])
    assert command.environment["RAY_AUTH_TOKEN_PATH"] == str(folder.token)
    assert command.environment["RAY_AUTH_MODE"] == "token"
    assert command.environment["GANSEARCH_HOME"] == "/home"
    assert "of another cluster" not in command.environment.values()


def test_a_head_that_does_not_answer_has_no_nodes(folder: Layout, state: State) -> None:
    assert nodes(folder, state) == []


def test_logs_of_a_node_that_has_ended_are_kept(folder: Layout, state: State) -> None:
    make_ray_folder(state)
    assert Path(state.ray_folder).stat().st_mode & 0o777 == 0o700
    logs = Path(state.ray_folder) / HEAD / "session_2026-01-01" / "logs"
    logs.mkdir(parents=True)
    (logs / "raylet.out").write_text("started")

    keep_logs(folder, state, HEAD)

    assert (folder.logs / "ray-head" / "raylet.out").read_text() == "started"
    assert not (Path(state.ray_folder) / HEAD).exists()
    Path(state.ray_folder).rmdir()


def test_a_folder_that_another_one_has_put_there_is_refused(folder: Layout, state: State, tmp_path: Path) -> None:
    Path(state.ray_folder).symlink_to(tmp_path)

    with pytest.raises(ExecutorError, match="must be this user's own folder"):
        make_ray_folder(state)
