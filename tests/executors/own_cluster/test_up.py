"""A cluster comes up whole or not at all, is mended where some of it has died, and ends to the last process."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from signal import Signals

import pytest

from gansearch.errors import ExecutorError
from gansearch.executors.own_cluster import mlflow_service, ray_nodes
from gansearch.executors.own_cluster.databases import Wish
from gansearch.executors.own_cluster.down import bring_down
from gansearch.executors.own_cluster.identity import Identity, is_alive, send
from gansearch.executors.own_cluster.layout import Layout
from gansearch.executors.own_cluster.processes import Command
from gansearch.executors.own_cluster.ray_nodes import Node
from gansearch.executors.own_cluster.standing import standing
from gansearch.executors.own_cluster.state import State, read_state
from gansearch.executors.own_cluster.up import Started, Wanted, bring_up, environment
from tests.executors.own_cluster.conftest import MakeCommand

FAILS = "import sys; print('no room'); sys.exit(3)"
TWO = Wanted(workers=2, database=Wish.SQLITE)


@pytest.fixture(autouse=True)
def small_parts(folder: Layout, command: MakeCommand, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Listeners in place of MLflow and of Ray's nodes, which join as soon as they listen."""

    seen: dict[str, str] = {}

    def node(layout: Layout, state: State, name: str, extra: Mapping[str, str]) -> Command:
        return command(name, port=state.ports[f"{name}.node-manager-port"])

    def joined(layout: Layout, state: State) -> list[Node]:
        seen.update((str(part.process), part.name) for part in state.parts if part.answers())
        return [Node(identity, name, {}) for identity, name in seen.items()]  # the dead are noticed late

    monkeypatch.setattr(
        mlflow_service, "mlflow_command", lambda _, state: command("mlflow", port=state.ports["mlflow"])
    )
    monkeypatch.setattr(mlflow_service, "is_healthy", lambda state: _answers(state, "mlflow"))
    monkeypatch.setattr(ray_nodes, "node_command", node)
    monkeypatch.setattr(ray_nodes, "nodes", joined)
    yield
    folder.state.exists() and bring_down(folder)


def _answers(state: State, name: str) -> bool:
    part = state.part(name)
    return part is not None and part.answers()


def up(folder: Layout, wanted: Wanted = TWO) -> Started:
    return bring_up(folder, wanted, lambda _: None)


def processes(state: State) -> dict[str, Identity]:
    return {part.name: part.process for part in state.parts}


def kill(process: Identity) -> None:
    send(process, Signals.SIGKILL)
    deadline = time.monotonic() + 10
    while is_alive(process) and time.monotonic() < deadline:
        time.sleep(0.02)


def test_it_comes_up_once_and_ends_once(folder: Layout) -> None:
    started = up(folder)
    again = up(folder)
    found = standing(folder)

    assert started.new == ("mlflow", "head", "worker-1", "worker-2")
    assert (again.new, again.state) == ((), started.state)
    assert found is not None
    assert [part.standing for part in found[1]] == ["answers"] * 4
    ended = bring_down(folder)
    assert (ended.parts, ended.killed) == (("worker-1", "worker-2", "head", "mlflow"), 0)
    assert not any(map(is_alive, processes(started.state).values()))
    assert not Path(started.state.ray_folder).exists()
    assert bring_down(folder).parts == ()
    assert standing(folder) is None
    assert up(folder).state.ports == started.state.ports  # studies remember their database's address


def test_what_has_died_is_started_again(folder: Layout) -> None:
    before = up(folder).state
    kill(processes(before)["worker-1"])
    after = up(folder)

    assert after.new == ("worker-1",)
    same = {"mlflow", "head", "worker-2"}
    assert {name for name, process in processes(after.state).items() if process == processes(before)[name]} == same


def test_workers_follow_their_head(folder: Layout) -> None:
    before = up(folder).state
    kill(processes(before)["head"])
    after = up(folder)

    assert after.new == ("head", "worker-1", "worker-2")
    assert not any(is_alive(process) for name, process in processes(before).items() if name != "mlflow")


def test_workers_are_added_but_not_taken_away(folder: Layout) -> None:
    up(folder)

    assert up(folder, Wanted(workers=3)).new == ("worker-3",)
    with pytest.raises(ExecutorError, match=r"3 workers with 1 CPUs and 0 GPUs each; .*: got 2 with 1 CPUs and 0 GPUs"):
        up(folder)
    with pytest.raises(ExecutorError, match="got 3 with 1 CPUs and 2 GPUs"):
        up(folder, Wanted(num_gpus=2))


def test_it_ends_when_half_of_it_has_died(folder: Layout) -> None:
    state = up(folder).state
    for name in ("head", "mlflow"):
        kill(processes(state)[name])

    assert bring_down(folder).parts == ("worker-1", "worker-2", "head", "mlflow")
    assert not any(map(is_alive, processes(state).values()))


def test_what_had_been_started_is_ended_where_a_part_does_not_come_up(
    folder: Layout, command: MakeCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mlflow_service, "mlflow_command", lambda *_: command("mlflow", FAILS))

    with pytest.raises(ExecutorError, match=r"mlflow ended (.|\n)*what had been started was ended again(.|\n)*no room"):
        up(folder)
    assert read_state(folder.state) is None


def test_ctrl_c_ends_what_had_been_started(folder: Layout) -> None:
    begun: list[State] = []

    def interrupt(sentence: str) -> None:
        if "starting worker-2" in sentence:
            state = read_state(folder.state)
            assert state is not None
            begun.append(state)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        bring_up(folder, TWO, interrupt)

    assert list(processes(begun[0])) == ["mlflow", "head", "worker-1"]
    assert not any(map(is_alive, processes(begun[0]).values()))
    assert not folder.state.exists()
    assert not Path(begun[0].ray_folder).exists()


@pytest.mark.parametrize("at_once", [False, True])
def test_a_failure_while_mending_ends_nothing_else(
    folder: Layout, command: MakeCommand, monkeypatch: pytest.MonkeyPatch, *, at_once: bool
) -> None:
    before = up(folder).state
    kill(processes(before)["worker-2"])
    monkeypatch.setattr(ray_nodes, "node_command", lambda *_: command("worker-2", FAILS))
    if at_once:  # before anybody could look which process it is
        monkeypatch.setattr("gansearch.executors.own_cluster.processes.identity", lambda _: None)
    said: list[str] = []

    with pytest.raises(ExecutorError, match="worker-2 ended"):
        bring_up(folder, TWO, said.append)

    assert said.count("worker-2 did not come up in time; trying again") == ray_nodes.ATTEMPTS - 1
    after = read_state(folder.state)
    assert after is not None
    assert processes(after) == {name: each for name, each in processes(before).items() if name != "worker-2"}
    assert all(map(is_alive, processes(after).values()))


def test_the_environment_names_files_and_holds_no_secret(folder: Layout) -> None:
    state = up(folder).state
    given = environment(folder, state)

    assert given["RAY_AUTH_TOKEN_PATH"] == str(folder.token)
    assert given["MLFLOW_TRACKING_URI"] == f"http://127.0.0.1:{state.ports['mlflow']}"
    assert folder.token.read_text() not in "".join([*given.values(), folder.state.read_text()])


def test_data_stay_unless_their_removal_is_asked_for(folder: Layout) -> None:
    up(folder)
    folder.decisions_database.touch()
    bring_down(folder)
    assert folder.decisions_database.exists()

    assert bring_down(folder, remove_data=True).removed == folder.folder
    assert not folder.folder.exists()
    assert bring_down(folder, remove_data=True).removed is None
